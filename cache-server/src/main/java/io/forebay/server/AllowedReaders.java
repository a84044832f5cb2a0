package io.forebay.server;

/** Which users of this machine a server serves. */
public enum AllowedReaders {
  /** All of them. */
  EVERYONE,
  /** Members of the group that reads resident files by itself. */
  GROUP;

  static AllowedReaders parse(String text) {
    return switch (text) {
      case "everyone" -> EVERYONE;
      case "group" -> GROUP;
      default -> throw new IllegalArgumentException("'" + text + "' must be everyone or group");
    };
  }
}
