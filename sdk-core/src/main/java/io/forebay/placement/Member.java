package io.forebay.placement;

/**
 * A cache server of the cluster.
 *
 * @param name the same in every process, for placement is computed from it
 * @param address {@code host:port} or {@code unix:/path}
 */
public record Member(String name, String address) {

  /**
   * Parses {@code name=address}, or a plain address that is its own name.
   *
   * @throws IllegalArgumentException for text that is neither
   */
  public static Member parse(String text) {
    int equal = text.indexOf('=');
    String name = equal < 0 ? text : text.substring(0, equal);
    String address = text.substring(equal + 1);
    if (name.isBlank() || address.isBlank()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a member; use name=host:port or host:port");
    }
    return new Member(name.strip(), address.strip());
  }
}
