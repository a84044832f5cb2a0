package io.forebay.dataset.affinity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Labels of nodes that tell which data sets are cached there. Those below {@code fluid.io/} follow
 * Fluid's conventions, so that pods and tools made for Fluid understand them.
 */
public final class NodeLabels {

  /** The value of a label that is either there or not. */
  public static final String TRUE = "true";

  /**
   * Values of {@link #cached}, in percent of the data set. They are coarse because each change is a
   * write to the API server.
   */
  public static final List<Integer> CACHED_STEPS = List.of(10, 25, 50, 75, 90);

  private static final String FLUID = "fluid.io/";
  private static final String FOREBAY = "forebay.io/";

  /** Kubernetes' limit for the part of a label's name after the slash. */
  private static final int MAX_LENGTH = 63;

  private static final int HASH_LENGTH = 10;

  private NodeLabels() {}

  /** Whether a server of this node caches the data set, with however little of it. */
  public static String placed(DataSetName dataSet) {
    return FLUID + fitting("s-", dataSet);
  }

  /** How many data sets are cached on the node. */
  public static String number() {
    return FLUID + "dataset-num";
  }

  /** Where a server may keep a data set. */
  public enum Medium {
    MEMORY("m"),
    DISK("d"),
    TOTAL("t");

    private final String letter;

    Medium(String letter) {
      this.letter = letter;
    }
  }

  /** How much of the data set the node may cache; the value is a size such as {@code 2GiB}. */
  public static String capacity(Medium medium, DataSetName dataSet) {
    return FLUID + fitting("s-h-forebay-" + medium.letter + "-", dataSet);
  }

  /** Whether a server of a service runs on the node. */
  public static String server(DataSetName service) {
    return FOREBAY + fitting("server-", service);
  }

  /** How much of the data set is cached on the node; the value is one of {@link #CACHED_STEPS}. */
  public static String cached(DataSetName dataSet) {
    return FOREBAY + fitting("cached-", dataSet);
  }

  /**
   * The step that a share has reached.
   *
   * @param percent of the data set's bytes that are cached on the node
   * @return 0 below the first step
   */
  public static int cachedStep(double percent) {
    return CACHED_STEPS.stream().filter(step -> step <= percent).reduce(0, Math::max);
  }

  /** Long names keep their beginning, for people, and end with a hash of the whole. */
  private static String fitting(String prefix, DataSetName dataSet) {
    String name = prefix + dataSet.namespace() + "-" + dataSet.name();
    return name.length() <= MAX_LENGTH
        ? name
        : name.substring(0, MAX_LENGTH - HASH_LENGTH - 1) + "-" + hash(name);
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, HASH_LENGTH);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
