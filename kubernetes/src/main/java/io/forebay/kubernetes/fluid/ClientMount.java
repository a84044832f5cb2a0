package io.forebay.kubernetes.fluid;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A client's mount, as the command {@code forebay mount} takes it. */
final class ClientMount {

  private ClientMount() {}

  /**
   * @throws IOException when a file with a key cannot be read that is needed for writing
   */
  static List<String> arguments(String name, Path point, String members, RuntimeConfig config)
      throws IOException {
    List<String> arguments = new ArrayList<>(List.of("mount", name, point.toString()));
    arguments.addAll(List.of("--server", members, "-o", options(config)));
    if (config.isWritable()) {
      // Writes go to the under-store directly.
      underStoreOptions(config)
          .forEach((key, value) -> arguments.addAll(List.of("--option", key + "=" + value)));
    }
    return arguments;
  }

  private static String options(RuntimeConfig config) {
    List<String> options = new ArrayList<>(List.of("allow_other", "strict"));
    options.add(config.isWritable() ? "rw" : "ro");
    new TreeMap<>(config.clientOptions())
        .forEach(
            (key, value) -> {
              if (!key.equals(Workers.MEMBERS)) {
                options.add(value.isEmpty() ? key : key + "=" + value);
              }
            });
    return String.join(",", options);
  }

  private static Map<String, String> underStoreOptions(RuntimeConfig config) throws IOException {
    Map<String, String> options = new TreeMap<>();
    for (RuntimeConfig.Mount mount : config.mounts()) {
      put(options, mount.options());
      Map<String, String> secrets = new TreeMap<>();
      for (Map.Entry<String, Path> secret : mount.encryptOptions().entrySet()) {
        secrets.put(secret.getKey(), secret(secret.getKey(), secret.getValue()));
      }
      put(options, secrets);
    }
    return options;
  }

  private static void put(Map<String, String> options, Map<String, String> more) {
    more.forEach(
        (key, value) -> {
          if (!options.getOrDefault(key, value).equals(value)) {
            throw new IllegalArgumentException(
                "the mounts of the data set have different values of '"
                    + key
                    + "', and a writable mount can use only one; make the data set ReadOnlyMany, or"
                    + " split it");
          }
          options.put(key, value);
        });
  }

  private static String secret(String option, Path file) throws IOException {
    if (!Files.isReadable(file)) {
      throw new IOException(
          "a writable mount needs the secret option '"
              + option
              + "' from "
              + file
              + ", which cannot be read; set topology.client.dependencies.secretMount.enabled in the"
              + " CacheRuntimeClass");
    }
    return Files.readString(file).strip();
  }
}
