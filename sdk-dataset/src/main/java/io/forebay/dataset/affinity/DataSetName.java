package io.forebay.dataset.affinity;

import java.util.Comparator;
import java.util.regex.Pattern;

/**
 * A data set as Kubernetes names it.
 *
 * @param namespace the Kubernetes namespace that it belongs to
 */
public record DataSetName(String namespace, String name) implements Comparable<DataSetName> {

  private static final Comparator<DataSetName> ORDER =
      Comparator.comparing(DataSetName::namespace).thenComparing(DataSetName::name);

  /** Kubernetes' rule for the middle of a label, which both parts become. */
  private static final Pattern VALID =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?");

  /**
   * @throws IllegalArgumentException if a part cannot be part of a label's name
   */
  public DataSetName {
    require("namespace", namespace);
    require("name", name);
  }

  private static void require(String part, String text) {
    if (!isValid(text)) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is not the "
              + part
              + " of a data set; use up to 253 letters, digits, '-', '_' and '.', with a letter or"
              + " digit at both ends");
    }
  }

  /** Whether it can be the name or the namespace of a data set. */
  public static boolean isValid(String text) {
    return VALID.matcher(text).matches();
  }

  /**
   * Reads {@code name} or {@code namespace/name}.
   *
   * @param namespace used if the text has none
   * @throws IllegalArgumentException if the text is neither
   */
  public static DataSetName parse(String text, String namespace) {
    int slash = text.indexOf('/');
    return slash < 0
        ? new DataSetName(namespace, text)
        : new DataSetName(text.substring(0, slash), text.substring(slash + 1));
  }

  @Override
  public int compareTo(DataSetName other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
