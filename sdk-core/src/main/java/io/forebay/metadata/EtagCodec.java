package io.forebay.metadata;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** What an etag is kept as: hexadecimal digits, as most are, need half as many bytes. */
public enum EtagCodec {
  /** Any text, as UTF-8. */
  TEXT(0),
  /** An even number of digits, letters in upper case. */
  UPPER_HEX(1),
  /** An even number of digits, letters in lower case. */
  LOWER_HEX(2);

  private static final HexFormat UPPER = HexFormat.of().withUpperCase();
  private static final HexFormat LOWER = HexFormat.of();

  private final byte number;

  EtagCodec(int number) {
    this.number = (byte) number;
  }

  /** What is stored. */
  public byte number() {
    return number;
  }

  /** The form that was stored. */
  public static EtagCodec of(int number) {
    return switch (number) {
      case 0 -> TEXT;
      case 1 -> UPPER_HEX;
      case 2 -> LOWER_HEX;
      default -> throw new IndexOutOfBoundsException("unknown form " + number + " of an etag");
    };
  }

  /** The shortest form that loses nothing. */
  public static EtagCodec of(String etag) {
    boolean upper = !etag.isEmpty() && etag.length() % 2 == 0;
    boolean lower = upper;
    for (int i = 0; i < etag.length() && (upper || lower); i++) {
      char c = etag.charAt(i);
      boolean digit = c >= '0' && c <= '9';
      upper &= digit || (c >= 'A' && c <= 'F');
      lower &= digit || (c >= 'a' && c <= 'f');
    }
    return upper ? UPPER_HEX : lower ? LOWER_HEX : TEXT;
  }

  public byte[] encode(String etag) {
    return switch (this) {
      case UPPER_HEX -> UPPER.parseHex(etag);
      case LOWER_HEX -> LOWER.parseHex(etag);
      case TEXT -> etag.getBytes(StandardCharsets.UTF_8);
    };
  }

  public String decode(byte[] bytes) {
    return switch (this) {
      case UPPER_HEX -> UPPER.formatHex(bytes);
      case LOWER_HEX -> LOWER.formatHex(bytes);
      case TEXT -> new String(bytes, StandardCharsets.UTF_8);
    };
  }
}
