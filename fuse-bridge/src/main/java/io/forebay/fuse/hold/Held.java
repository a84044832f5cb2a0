package io.forebay.fuse.hold;

import java.util.List;

/**
 * What a {@link DescriptorStore} holds for one name.
 *
 * @param name without a line feed
 * @param state what whoever goes on with the descriptors needs to know; no secret
 * @param descriptors two at most
 */
public record Held(String name, String state, List<Integer> descriptors) {

  private static final String BETWEEN = "\n";

  public Held {
    descriptors = List.copyOf(descriptors);
    if (name.contains(BETWEEN)) {
      throw new IllegalArgumentException(name + " has a line feed");
    }
  }

  /** Without the descriptors. */
  String text() {
    return name + BETWEEN + state;
  }

  /** The inverse of {@link #text()}. */
  static Held parse(String text, List<Integer> descriptors) {
    int end = text.indexOf(BETWEEN);
    return new Held(text.substring(0, end), text.substring(end + 1), descriptors);
  }
}
