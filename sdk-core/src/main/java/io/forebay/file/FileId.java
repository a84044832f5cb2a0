package io.forebay.file;

import io.forebay.FileStatus;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The identity of one version of one file: the first 128 bits of SHA-256 over data set, path, size
 * and etag (modification time where the store has no etags). A changed object is another FileId, so
 * bytes of two versions can never mix; a cryptographic hash, so that nobody can name an object such
 * that it lands on another's bytes.
 */
public record FileId(long high, long low) {

  /** Length of the binary form. */
  public static final int BYTES = 16;

  private static final HexFormat HEX = HexFormat.of();

  private static final ThreadLocal<MessageDigest> SHA_256 =
      ThreadLocal.withInitial(
          () -> {
            try {
              return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
              throw new IllegalStateException("every JDK has SHA-256", e);
            }
          });

  /** The id of a version of a file of a data set. */
  public static FileId of(String dataSet, FileStatus status) {
    MessageDigest digest = SHA_256.get();
    update(digest, dataSet);
    update(digest, status.path());
    update(digest, status.etag().isEmpty() ? "@" + status.modifiedMillis() : status.etag());
    ByteBuffer hash =
        ByteBuffer.wrap(
            digest.digest(ByteBuffer.allocate(Long.BYTES).putLong(status.size()).array()));
    return new FileId(hash.getLong(), hash.getLong());
  }

  private static void update(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    // No part contains a NUL, so the parts cannot run into each other.
    digest.update((byte) 0);
  }

  public byte[] toBytes() {
    return ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array();
  }

  public static FileId read(ByteBuffer source) {
    return new FileId(source.getLong(), source.getLong());
  }

  /** The id whose {@link #toString()} this is; null for any other text. */
  public static FileId parse(String text) {
    try {
      return text.length() == 32
          ? new FileId(
              HexFormat.fromHexDigitsToLong(text, 0, 16),
              HexFormat.fromHexDigitsToLong(text, 16, 32))
          : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** 32 hexadecimal digits. */
  @Override
  public String toString() {
    return HEX.toHexDigits(high) + HEX.toHexDigits(low);
  }
}
