package io.forebay.kubernetes.csi;

import io.forebay.fuse.mount.MountOptions;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a pod wants to see.
 *
 * @param id that the cluster knows it by
 * @param dataSet its name, or the root of one that no server knows
 * @param servers to ask in place of the driver's own; empty for those
 * @param options of the mount
 * @param secrets options of the under-store, and perhaps a token
 */
record Volume(
    String id, String dataSet, List<String> servers, String options, Map<String, String> secrets) {

  static final String DATA_SET = "dataset";
  private static final String SERVERS = "servers";
  private static final String OPTIONS = "mountOptions";

  /** What Kubernetes itself adds: names of the pod, and who made the volume. */
  private static final List<String> KUBERNETES =
      List.of("csi.storage.k8s.io/", "storage.kubernetes.io/");

  /** Other users may look in; what cannot be read is not mounted, and the pod's events say why. */
  private static final List<String> ALWAYS = List.of("allow_other", "strict");

  Volume {
    servers = List.copyOf(servers);
    secrets = Map.copyOf(secrets);
  }

  /**
   * @param context attributes of the volume
   * @param flags mount options of the persistent volume
   * @throws IllegalArgumentException for what cannot be mounted
   */
  static Volume parse(
      String id, Map<String, String> context, List<String> flags, Map<String, String> secrets) {
    Map<String, String> given = new TreeMap<>(context);
    given.keySet().removeIf(key -> KUBERNETES.stream().anyMatch(key::startsWith));
    String dataSet = given.getOrDefault(DATA_SET, "");
    if (dataSet.isBlank()) {
      throw new IllegalArgumentException(
          "volume " + id + ": set the volume attribute 'dataset' to the name of a data set");
    }
    if (dataSet.startsWith("file:") || dataSet.startsWith("/")) {
      // A user who may create pods may not look into the file system of the node.
      throw new IllegalArgumentException(
          "volume "
              + id
              + ": dataset="
              + dataSet
              + " is a directory of the node; use the name of a"
              + " data set of a cache server");
    }
    List<String> options = new ArrayList<>(flags);
    options.addAll(words(given.get(OPTIONS)));
    for (String option : options) {
      if (option.startsWith("spool")) {
        throw new IllegalArgumentException(
            "volume "
                + id
                + ": the mount option '"
                + option
                + "' is for the driver alone; leave it"
                + " out");
      }
    }
    options.addAll(ALWAYS);
    Volume volume =
        new Volume(id, dataSet, words(given.get(SERVERS)), String.join(",", options), secrets);
    given.keySet().removeAll(List.of(DATA_SET, SERVERS, OPTIONS));
    if (!given.isEmpty()) {
      throw new IllegalArgumentException(
          "volume "
              + id
              + ": unknown volume attributes "
              + new TreeSet<>(given.keySet())
              + "; known are dataset, servers and mountOptions");
    }
    volume.isWritable(); // which refuses options that there are not
    return volume;
  }

  private static List<String> words(String text) {
    return text == null
        ? List.of()
        : List.of(text.split(",", -1)).stream()
            .map(String::strip)
            .filter(word -> !word.isEmpty())
            .toList();
  }

  boolean isWritable() {
    return MountOptions.parse(options).isWritable();
  }

  /**
   * The mount on a node that shows this volume. Volumes that look the same share one. A volume with
   * secrets has one of its own, because nobody else may read with them; so has one that is written,
   * because of its quota.
   */
  String key() {
    List<String> words = new ArrayList<>(List.of(dataSet, String.join(",", servers), options));
    if (!secrets.isEmpty() || isWritable()) {
      words.add(id);
    }
    try {
      byte[] text = String.join("\0", words).getBytes(StandardCharsets.UTF_8);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text);
      return HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // each Java has it
    }
  }

  /** Without the secrets. */
  @Override
  public String toString() {
    return "volume " + id + " of data set " + dataSet;
  }
}
