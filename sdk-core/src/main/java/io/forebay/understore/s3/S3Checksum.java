package io.forebay.understore.s3;

import io.forebay.understore.ChecksummedStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Whole objects compared with those of S3's checksums that processors compute: CRC32C and CRC32
 * take under a hundredth of the CPU time of a warm-up. The SDK's own validation would also compute
 * SHA-256, which takes an eighth, and fail at what it has no library for.
 */
final class S3Checksum {

  /** Has S3 say what checksum an object has. */
  static final String ASK = "x-amz-checksum-mode";

  /** What an object uploaded in parts has may be a checksum of its parts' ones, and is longer. */
  private static final Pattern FOUR_BYTES = Pattern.compile("[A-Za-z0-9+/]{6}==");

  private S3Checksum() {}

  /**
   * The object's bytes, compared where the answer has a checksum of all of them.
   *
   * @param size of the object, in bytes
   */
  static InputStream verify(String noun, InputStream in, long size, GetObjectResponse answer) {
    if (isWhole(answer.checksumCRC32C())) {
      long expected = decode(answer.checksumCRC32C());
      return new ChecksummedStream(noun, in, size, new CRC32C(), expected);
    }
    if (isWhole(answer.checksumCRC32())) {
      long expected = decode(answer.checksumCRC32());
      return new ChecksummedStream(noun, in, size, new CRC32(), expected);
    }
    return in;
  }

  private static boolean isWhole(String checksum) {
    return checksum != null && FOUR_BYTES.matcher(checksum).matches();
  }

  private static long decode(String base64) {
    return Integer.toUnsignedLong(ByteBuffer.wrap(Base64.getDecoder().decode(base64)).getInt());
  }
}
