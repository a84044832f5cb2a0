package io.forebay.dataset.spec;

import io.forebay.config.CachePolicies;
import io.forebay.file.DataPath;
import io.forebay.spec.CachePolicy;
import io.forebay.spec.DataSetReference;
import io.forebay.spec.DataSetSpec;
import io.forebay.spec.Mount;
import io.forebay.spec.SecretRef;
import io.forebay.understore.UnderStoreProviders;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the spec of a {@code Dataset}. */
final class DataSetReader {

  /** Annotations that start so are ours: how a data set is kept, which Fluid has no words for. */
  private static final String OURS = "forebay.io/";

  /** JindoCache's word for how old names may be, among the options. */
  private static final String META_POLICY = "metaPolicy";

  /** What a manifest's author left to be filled in, such as {@code <OSS_BUCKET>}. */
  private static final Pattern PLACEHOLDER =
      Pattern.compile("<[A-Za-z][A-Za-z0-9_ .-]*>|\\$\\{[^}]*\\}|\\{\\{[^}]*\\}\\}");

  private final Secrets secrets;
  private final Path claims;

  /**
   * @param claims where volumes of Kubernetes are mounted, each under its claim's name
   */
  DataSetReader(Secrets secrets, Path claims) {
    this.secrets = secrets;
    this.claims = claims;
  }

  Manifest read(String name, Field spec, Optional<Field> annotations) {
    spec.allow("mounts", "sharedOptions", "sharedEncryptOptions", "accessModes", "placement");
    FieldLocations places = new FieldLocations(spec);
    Optional<Field> options = spec.get("sharedOptions");
    places.addAll(options);
    Map<String, String> shared = new HashMap<>(options.map(Field::texts).orElse(Map.of()));
    Optional<String> metaPolicy = Optional.ofNullable(shared.remove(META_POLICY));
    Map<String, SecretRef> sharedSecrets = secrets(spec.get("sharedEncryptOptions"), places);
    boolean writable = isWritable(spec.get("accessModes"));
    List<Mount> mounts = new ArrayList<>();
    Field all = spec.require("mounts");
    for (Field mount : all.list()) {
      mounts.add(mount(mount, shared, sharedSecrets, writable, places));
      mount.close();
    }
    if (mounts.size() > 1 && mounts.stream().anyMatch(DataSetReader::isReference)) {
      throw all.error("must have exactly one entry if it is a reference to another data set");
    }
    spec.get("placement").ifPresent(DataSetReader::placement);
    String inClusters = "there is no scheduling outside of Kubernetes";
    spec.ignore(inClusters, "nodeAffinity", "tolerations", "dataRestoreLocation");
    spec.ignore("the user who runs the mount owns all files", "owner");
    spec.ignore("the server that it is applied to is its runtime", "runtimes");
    spec.close();
    CachePolicy policy = policy(annotations, options, metaPolicy);
    try {
      return new Manifest.DataSet(new DataSetSpec(name, mounts, policy), places);
    } catch (IllegalArgumentException e) {
      throw spec.error("is wrong: " + e.getMessage());
    }
  }

  private static boolean isReference(Mount mount) {
    return DataSetReference.of(mount.root()).isPresent();
  }

  private static CachePolicy policy(
      Optional<Field> annotations, Optional<Field> options, Optional<String> metaPolicy) {
    CachePolicy policy = CachePolicy.DEFAULT;
    try {
      // Read by itself first, so that a mistake is named where it is.
      if (metaPolicy.isPresent()) {
        policy = CachePolicies.parse(Map.of("metadata.policy", metaPolicy.get()));
      }
    } catch (IllegalArgumentException e) {
      throw options.orElseThrow().error("are wrong: " + META_POLICY + ": " + e.getMessage());
    }
    if (annotations.isEmpty()) {
      return policy;
    }
    Map<String, String> ours = new HashMap<>();
    metaPolicy.ifPresent(value -> ours.put("metadata.policy", value));
    annotations
        .get()
        .texts()
        .forEach(
            (key, value) -> {
              if (key.startsWith(OURS)) {
                ours.put(key.substring(OURS.length()), value);
              }
            });
    try {
      return CachePolicies.parse(ours);
    } catch (IllegalArgumentException e) {
      throw annotations.get().error("are wrong: " + OURS + e.getMessage());
    }
  }

  private static boolean isWritable(Optional<Field> modes) {
    boolean writable = false;
    if (modes.isPresent()) {
      for (Field mode : modes.get().list()) {
        writable |=
            switch (mode.text()) {
              case "ReadOnlyMany" -> false;
              case "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod" -> true;
              default ->
                  throw mode.error("is '" + mode.text() + "'; use ReadOnlyMany or ReadWriteMany");
            };
      }
    }
    return writable;
  }

  private static void placement(Field field) {
    switch (field.text()) {
      case "Exclusive", "Shared", "" ->
          field.warn("is ignored: a server can hold any number of data sets");
      default -> throw field.error("is '" + field.text() + "'; use Exclusive or Shared");
    }
  }

  private Mount mount(
      Field mount,
      Map<String, String> shared,
      Map<String, SecretRef> sharedSecrets,
      boolean writable,
      FieldLocations places) {
    mount.allow("mountPoint", "name", "path", "options", "encryptOptions", "readOnly");
    mount.ignore("all readers share every mount", "shared");
    Field point = mount.require("mountPoint");
    URI root = point.as(this::root);
    places.add(root.toString(), point);
    if (DataSetReference.of(root).isPresent()) {
      for (String field : List.of("options", "encryptOptions")) {
        mount
            .get(field)
            .ifPresent(f -> f.warn("is ignored: the data set that it refers to defines it"));
      }
      return new Mount("", root, Map.of(), Map.of(), true);
    }
    String name = mount.get("name").map(Field::text).orElse("");
    // As Fluid has it: '/' and the mount's name, unless a path is given.
    Optional<Field> given = mount.get("path");
    String path = given.map(Field::text).orElse("/" + name);
    Map<String, String> options = new HashMap<>(UnderStoreProviders.optionsFor(root, shared));
    mount.get("options").ifPresent(field -> options.putAll(filledIn(field)));
    places.addAll(mount.get("options"));
    Map<String, SecretRef> refs = new HashMap<>(sharedSecrets);
    refs.keySet().retainAll(UnderStoreProviders.optionsFor(root, names(sharedSecrets)).keySet());
    refs.putAll(secrets(mount.get("encryptOptions"), places));
    options.keySet().removeAll(refs.keySet());
    boolean readOnly = mount.get("readOnly").map(Field::flag).orElse(false);
    try {
      return new Mount(DataPath.normalize(path), root, options, refs, readOnly || !writable);
    } catch (InvalidPathException e) {
      throw given.orElse(mount).error("is '" + path + "': " + e.getReason());
    }
  }

  private static Map<String, String> names(Map<String, SecretRef> refs) {
    Map<String, String> names = new HashMap<>();
    refs.keySet().forEach(key -> names.put(key, ""));
    return names;
  }

  /** Options, none of whose values is a placeholder. A value may be a secret, so none is shown. */
  private static Map<String, String> filledIn(Field options) {
    Map<String, String> texts = options.texts();
    texts.forEach(
        (key, value) -> {
          if (PLACEHOLDER.matcher(value).matches()) {
            throw options.error(
                "has a placeholder for '"
                    + key
                    + "', written as <...>; replace it with your value");
          }
        });
    return texts;
  }

  private URI root(String text) {
    Matcher placeholder = PLACEHOLDER.matcher(text);
    if (placeholder.find()) {
      throw new IllegalArgumentException(
          "'"
              + placeholder.group()
              + "' in "
              + text
              + " is a placeholder; replace it with your value");
    }
    // Fluid's word for a directory of the host.
    String plain = text.startsWith("local://") ? "file://" + text.substring(8) : text;
    URI root = URI.create(plain.length() > 1 && plain.endsWith("/") ? trimmed(plain) : plain);
    if ("pvc".equals(root.getScheme())) {
      return claim(root);
    }
    if (DataSetReference.of(root).isEmpty()) {
      UnderStoreProviders.requireKnown(root);
    }
    return root;
  }

  /** A volume that Kubernetes mounted for this process. */
  private URI claim(URI root) {
    String path = root.getPath() == null ? "" : root.getPath();
    String name = String.valueOf(root.getAuthority());
    Path mounted = claims.resolve(name);
    if (!SecretRef.isName(name) || !Files.isDirectory(mounted)) {
      throw new IllegalArgumentException(
          root
              + " is a Kubernetes volume claim: mount it in the server's pod at "
              + mounted
              + "; outside of Kubernetes, mount the volume yourself and use its directory, such"
              + " as local:///mnt/"
              + name);
    }
    return mounted.resolve(DataPath.normalize(path)).toUri();
  }

  private static String trimmed(String text) {
    return text.replaceFirst("(?<![:/])/+$", "");
  }

  private Map<String, SecretRef> secrets(Optional<Field> options, FieldLocations places) {
    Map<String, SecretRef> refs = new HashMap<>();
    if (options.isEmpty()) {
      return refs;
    }
    for (Field option : options.get().list()) {
      Field from = option.allow("name", "valueFrom").require("valueFrom").allow("secretKeyRef");
      Field name = option.require("name");
      SecretRef ref = secrets.find(from.require("secretKeyRef"));
      refs.put(name.text(), ref);
      places.add(name.text(), name);
      places.add(ref.toString(), from.require("secretKeyRef"));
      from.close();
      option.close();
    }
    return refs;
  }
}
