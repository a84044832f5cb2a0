package io.forebay.dataset.spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

  public Manifests {
    documents = List.copyOf(documents);
    warnings = List.copyOf(warnings);
  }

  /**
   * Reads a file.
   *
   * @param secrets directory in which a {@code secretKeyRef} is looked up; empty for the
   *     environment only
   * @throws SpecException for whatever is wrong in it
   */
  public static Manifests read(Path file, Optional<Path> secrets) throws IOException {
    return parse(file.toString(), Files.readString(file), secrets);
  }

  /**
   * Reads a text.
   *
   * @param file what to call it in messages
   */
  public static Manifests parse(String file, String text, Optional<Path> secrets) {
    List<String> warnings = new ArrayList<>();
    Field.Source source = new Field.Source(file, warnings);
    List<Manifest> documents = new ArrayList<>();
    try {
      LoadSettings settings =
          LoadSettings.builder().setLabel(file).setAllowDuplicateKeys(true).build();
      for (Node node : new Compose(settings).composeAllFromString(text)) {
        Field document = new Field(source, "", node);
        documents.add(document(document, secrets));
        document.close();
      }
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
      throw new SpecException(file + ":" + line + ": is no YAML: " + e.getProblem());
    } catch (YamlEngineException e) {
      throw new SpecException(file + ": is no YAML: " + e.getMessage());
    }
    if (documents.isEmpty()) {
      throw new SpecException(file + ": there is no document in it");
    }
    return new Manifests(documents, warnings);
  }

  private static Manifest document(Field document, Optional<Path> secrets) {
    Field version = document.require("apiVersion");
    if (!version.text().equals(API)) {
      throw version.error("is '" + version.text() + "'; use " + API);
    }
    Field metadata = document.require("metadata");
    Field name = metadata.require("name");
    if (!name.text().matches("[a-z0-9]([-.a-z0-9]*[a-z0-9])?")) {
      throw name.error("is '" + name.text() + "'; use lower case letters, digits, '-' and '.'");
    }
    metadata.ignore("there are no namespaces outside of Kubernetes", "namespace");
    metadata.get("labels").ifPresent(Field::texts);
    Optional<Field> annotations = metadata.get("annotations");
    metadata.close();
    document.ignore("it is what a cluster reports", "status");
    Field spec = document.require("spec");
    Field kind = document.require("kind");
    Manifest manifest =
        switch (kind.text()) {
          case "Dataset" -> DataSetReader.read(name.text(), spec, annotations, secrets);
          case "JindoRuntime", "AlluxioRuntime", "CacheRuntime" ->
              RuntimeReader.read(name.text(), kind.text(), spec);
          case "DataLoad" -> DataLoadReader.read(name.text(), spec);
          default ->
              throw kind.error(
                  "is '"
                      + kind.text()
                      + "'; use Dataset, JindoRuntime, AlluxioRuntime, CacheRuntime or DataLoad");
        };
    spec.close();
    return manifest;
  }
}
