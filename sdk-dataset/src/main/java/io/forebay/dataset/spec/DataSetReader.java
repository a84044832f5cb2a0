package io.forebay.dataset.spec;

import io.forebay.CachePolicy;
import io.forebay.DataPath;
import io.forebay.DataSetSpec;
import io.forebay.Mount;
import io.forebay.SecretRef;
import io.forebay.config.CachePolicies;
import io.forebay.understore.UnderStores;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the spec of a {@code Dataset}. */
final class DataSetReader {

  /** Annotations that start so are ours: how a data set is kept, which Fluid has no words for. */
  private static final String OURS = "forebay.io/";

  /** JindoCache's word for how old names may be, among the options. */
  private static final String META_POLICY = "metaPolicy";

  private final Secrets secrets;

  DataSetReader(Secrets secrets) {
    this.secrets = secrets;
  }

  Manifest read(String name, Field spec, Optional<Field> annotations) {
    spec.allow("mounts", "sharedOptions", "sharedEncryptOptions", "accessModes", "placement");
    Optional<Field> options = spec.get("sharedOptions");
    Map<String, String> shared = new HashMap<>(options.map(Field::texts).orElse(Map.of()));
    Optional<String> metaPolicy = Optional.ofNullable(shared.remove(META_POLICY));
    Map<String, SecretRef> sharedSecrets = secrets(spec.get("sharedEncryptOptions"));
    boolean writable = isWritable(spec.get("accessModes"));
    List<Mount> mounts = new ArrayList<>();
    for (Field mount : spec.require("mounts").list()) {
      mounts.add(mount(mount, shared, sharedSecrets, writable));
      mount.close();
    }
    spec.get("placement").ifPresent(DataSetReader::placement);
    String inClusters = "outside of Kubernetes nothing is scheduled";
    spec.ignore(inClusters, "nodeAffinity", "tolerations", "dataRestoreLocation");
    spec.ignore("files belong to whoever runs the mount", "owner");
    spec.ignore("the server it is applied to is its runtime", "runtimes");
    spec.close();
    CachePolicy policy = policy(annotations, options, metaPolicy);
    try {
      return new Manifest.DataSet(new DataSetSpec(name, mounts, policy));
    } catch (IllegalArgumentException e) {
      throw spec.error("is wrong: " + e.getMessage());
    }
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
          field.warn("is ignored: servers hold any number of data sets");
      default -> throw field.error("is '" + field.text() + "'; use Exclusive or Shared");
    }
  }

  private Mount mount(
      Field mount,
      Map<String, String> shared,
      Map<String, SecretRef> sharedSecrets,
      boolean writable) {
    mount.allow("mountPoint", "name", "path", "options", "encryptOptions", "readOnly");
    Field point = mount.require("mountPoint");
    URI root = point.as(DataSetReader::root);
    String name = mount.get("name").map(Field::text).orElse("");
    // As Fluid has it: '/' and the mount's name, unless a path is given.
    Optional<Field> given = mount.get("path");
    String path = given.map(Field::text).orElse("/" + name);
    Map<String, String> options = new HashMap<>(UnderStores.optionsFor(root, shared));
    mount.get("options").ifPresent(field -> options.putAll(field.texts()));
    Map<String, SecretRef> refs = new HashMap<>(sharedSecrets);
    refs.keySet().retainAll(UnderStores.optionsFor(root, names(sharedSecrets)).keySet());
    refs.putAll(secrets(mount.get("encryptOptions")));
    options.keySet().removeAll(refs.keySet());
    mount.ignore("every mount is shared by all readers", "shared");
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

  private static URI root(String text) {
    // Fluid's word for a directory of the host.
    String plain = text.startsWith("local://") ? "file://" + text.substring(8) : text;
    URI root = URI.create(plain.length() > 1 && plain.endsWith("/") ? trimmed(plain) : plain);
    UnderStores.requireKnown(root);
    return root;
  }

  private static String trimmed(String text) {
    return text.replaceFirst("(?<![:/])/+$", "");
  }

  private Map<String, SecretRef> secrets(Optional<Field> options) {
    Map<String, SecretRef> refs = new HashMap<>();
    if (options.isEmpty()) {
      return refs;
    }
    for (Field option : options.get().list()) {
      Field from = option.allow("name", "valueFrom").require("valueFrom").allow("secretKeyRef");
      refs.put(option.require("name").text(), secrets.find(from.require("secretKeyRef")));
      from.close();
      option.close();
    }
    return refs;
  }
}
