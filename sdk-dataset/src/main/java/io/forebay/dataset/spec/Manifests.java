package io.forebay.dataset.spec;

import io.forebay.config.TextFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * The documents of a manifest file.
 *
 * @param documents in the file's order
 * @param warnings fields that Fluid has and that mean nothing here, with file and line
 */
public record Manifests(List<Manifest> documents, List<String> warnings) {

  private static final String API = "data.fluid.io/v1alpha1";

  /** Where a server's pod mounts the volumes that data sets name as {@code pvc://NAME}. */
  private static final Path CLAIMS = Path.of("/pvc");

  private static final String FLUID = "data.fluid.io/";

  private static final List<String> READ =
      Stream.of(List.of("Dataset"), RuntimeReader.KINDS, List.of("DataLoad"))
          .flatMap(List::stream)
          .toList();

  /** What only tells Fluid how to run another product. */
  private static final Set<String> OTHERS = Set.of("ThinRuntimeProfile", "CacheRuntimeClass");

  /** What a cluster adds to an object; it says nothing about it. */
  private static final String[] SET_BY_CLUSTERS = {
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "finalizers",
    "generateName",
    "generation",
    "managedFields",
    "ownerReferences",
    "resourceVersion",
    "selfLink",
    "uid"
  };

  public Manifests {
    documents = List.copyOf(documents);
    warnings = List.copyOf(warnings);
  }

  /**
   * Reads a file.
   *
   * @param secrets directories in which a {@code secretKeyRef} is looked up; after them come the
   *     {@code Secret}s of the file itself, and the environment
   * @throws SpecException for whatever is wrong in it
   */
  public static Manifests read(Path file, List<Path> secrets) throws IOException {
    return parse(file.toString(), TextFile.read(file), secrets);
  }

  /**
   * Reads a text.
   *
   * @param file what to call it in messages
   */
  public static Manifests parse(String file, String text, List<Path> secrets) {
    return parse(file, text, secrets, CLAIMS);
  }

  static Manifests parse(String file, String text, List<Path> secrets, Path claims) {
    List<String> warnings = new ArrayList<>();
    List<Field> objects = new ArrayList<>();
    for (Field object : objects(new Field.Source(file, warnings), text)) {
      if (isForUs(object)) {
        objects.add(object);
      }
    }
    if (objects.isEmpty()) {
      throw new SpecException(
          warnings.isEmpty()
              ? file + " has no document"
              : file + " has no document for Forebay: " + String.join("; ", warnings));
    }
    // First, for a data set may stand before its secret.
    Map<String, Manifest.Secret> given = new HashMap<>();
    for (Field object : objects) {
      if (isSecret(object)) {
        Manifest.Secret secret = SecretReader.read(Metadata.of(object).name, object);
        object.close();
        given.put(secret.name(), secret);
      }
    }
    List<Manifest> documents = new ArrayList<>(given.values());
    for (Field object : objects) {
      if (!isSecret(object)) {
        documents.add(manifest(object, new DataSetReader(new Secrets(secrets, given), claims)));
        object.close();
      }
    }
    return new Manifests(documents, warnings);
  }

  /** The documents of a text, without the empty ones. */
  private static List<Field> objects(Field.Source source, String text) {
    String file = source.file();
    List<Field> objects = new ArrayList<>();
    try {
      LoadSettings settings =
          LoadSettings.builder().setLabel(file).setAllowDuplicateKeys(true).build();
      for (Node node : new Compose(settings).composeAllFromString(text)) {
        Field document = new Field(source, "", node);
        if (!document.isNull()) {
          for (Field object : items(document)) {
            objects.add(object.allow("apiVersion", "kind", "metadata", "spec"));
          }
        }
      }
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
      throw new SpecException(file + ":" + line + ": not valid YAML: " + e.getProblem());
    } catch (YamlEngineException e) {
      throw new SpecException(file + ": not valid YAML: " + e.getMessage());
    }
    return objects;
  }

  /**
   * What a {@code List} holds, which is how Kubernetes shows several objects; else the document.
   */
  private static List<Field> items(Field document) {
    boolean list =
        document
            .allow("apiVersion", "kind")
            .get("kind")
            .map(kind -> kind.text().equals("List"))
            .orElse(false);
    if (!list) {
      return List.of(document);
    }
    List<Field> items = document.allow("metadata", "items").require("items").list();
    document.close();
    return items;
  }

  private static boolean isSecret(Field object) {
    return object.require("kind").text().equals("Secret")
        && object.require("apiVersion").text().equals("v1");
  }

  /** Whether the object is read; says so of one that is another program's. */
  private static boolean isForUs(Field object) {
    Field version = object.require("apiVersion");
    String kind = object.require("kind").text();
    if (version.text().equals(API) && OTHERS.contains(kind)) {
      skip(object, "it configures another product for Fluid");
      return false;
    }
    if (version.text().equals(API) || isSecret(object)) {
      return true;
    }
    if (version.text().startsWith(FLUID) || READ.contains(kind)) {
      throw version.error("is '" + version.text() + "'; use " + API);
    }
    skip(object, "Forebay reads " + API + " and Secrets of v1");
    return false;
  }

  private static void skip(Field object, String why) {
    String name =
        object
            .get("metadata")
            .flatMap(metadata -> metadata.allow("name").get("name"))
            .map(field -> "/" + field.text())
            .orElse("");
    object.warn(
        object.require("kind").text()
            + name
            + " ("
            + object.require("apiVersion").text()
            + ") is skipped: "
            + why);
  }

  private static Manifest manifest(Field object, DataSetReader dataSets) {
    Metadata metadata = Metadata.of(object);
    object.ignore("clusters write it; it is not an input", "status");
    String name = metadata.name;
    Field kind = object.require("kind");
    return switch (kind.text()) {
      case "Dataset" -> dataSets.read(name, object.require("spec"), metadata.annotations);
      case "DataLoad" -> DataLoadReader.read(name, object.require("spec"));
      default -> {
        if (!RuntimeReader.KINDS.contains(kind.text())) {
          throw kind.error("is '" + kind.text() + "'; use " + String.join(", ", READ));
        }
        yield RuntimeReader.read(name, kind.text(), object.get("spec"));
      }
    };
  }

  /** What all objects have. */
  private record Metadata(String name, Optional<Field> annotations) {

    static Metadata of(Field object) {
      Field metadata = object.require("metadata").allow("name", "labels", "annotations");
      metadata.allow(SET_BY_CLUSTERS);
      Field name = metadata.require("name");
      if (!name.text().matches("[a-z0-9]([-.a-z0-9]*[a-z0-9])?")) {
        throw name.error("is '" + name.text() + "'; use lower case letters, digits, '-' and '.'");
      }
      metadata.ignore("there are no namespaces outside of Kubernetes", "namespace");
      metadata.get("labels").ifPresent(Field::texts);
      Optional<Field> annotations = metadata.get("annotations");
      annotations.ifPresent(Field::texts);
      metadata.close();
      return new Metadata(name.text(), annotations);
    }
  }
}
