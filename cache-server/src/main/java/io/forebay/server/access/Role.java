package io.forebay.server.access;

import java.util.Arrays;
import java.util.Locale;

/** What somebody may do with a data set; each role includes those before it. */
public enum Role {
  /** Reads files and names, and has files fetched that will be read. */
  READ,
  /** Changes what the server keeps for others: loads, pins, prunes, uses other snapshots. */
  OPERATE;

  public boolean includes(Role other) {
    return compareTo(other) >= 0;
  }

  /** As tokens and commands have it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @throws IllegalArgumentException for another word
   */
  public static Role parse(String word) {
    return Arrays.stream(values())
        .filter(role -> role.word().equals(word))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("'" + word + "' is no role; use read or operate"));
  }
}
