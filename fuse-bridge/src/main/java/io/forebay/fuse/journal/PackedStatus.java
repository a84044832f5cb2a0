package io.forebay.fuse.journal;

import io.forebay.FileStatus;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The status of a file in one array, for there is one for each node of a mount: {long size, long
 * milliseconds of the last change, int bytes of the path, int bytes of the ETag, or -1 of a
 * directory, path, ETag}. Two are the same version of a file when their bytes are the same.
 */
public final class PackedStatus {

  private static final int SIZE = 0;
  private static final int MODIFIED = 8;
  private static final int PATH_BYTES = 16;
  private static final int ETAG_BYTES = 20;

  /** Where the path begins. */
  private static final int TEXT = 24;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());

  private PackedStatus() {}

  public static byte[] pack(FileStatus status) {
    byte[] path = status.path().getBytes(StandardCharsets.UTF_8);
    byte[] etag = status.etag().getBytes(StandardCharsets.UTF_8);
    byte[] packed = new byte[TEXT + path.length + etag.length];
    LONG.set(packed, SIZE, status.size());
    LONG.set(packed, MODIFIED, status.modifiedMillis());
    INT.set(packed, PATH_BYTES, path.length);
    INT.set(packed, ETAG_BYTES, status.directory() ? -1 : etag.length);
    System.arraycopy(path, 0, packed, TEXT, path.length);
    System.arraycopy(etag, 0, packed, TEXT + path.length, etag.length);
    return packed;
  }

  public static FileStatus unpack(byte[] packed) {
    int end = pathEnd(packed);
    String path = path(packed);
    return isDirectory(packed)
        ? FileStatus.directory(path)
        : FileStatus.file(
            path,
            size(packed),
            (long) LONG.get(packed, MODIFIED),
            new String(packed, end, packed.length - end, StandardCharsets.UTF_8));
  }

  public static String path(byte[] packed) {
    return new String(packed, TEXT, pathEnd(packed) - TEXT, StandardCharsets.UTF_8);
  }

  public static boolean isDirectory(byte[] packed) {
    return (int) INT.get(packed, ETAG_BYTES) < 0;
  }

  public static long size(byte[] packed) {
    return (long) LONG.get(packed, SIZE);
  }

  /** Whether both are of the same path. */
  public static boolean haveSamePath(byte[] packed, byte[] other) {
    return Arrays.equals(packed, TEXT, pathEnd(packed), other, TEXT, pathEnd(other));
  }

  /** Whether it is of a path, given in UTF-8. */
  public static boolean hasPath(byte[] packed, byte[] path) {
    return Arrays.equals(packed, TEXT, pathEnd(packed), path, 0, path.length);
  }

  /** Where the last segment of the path begins. */
  public static int nameStart(byte[] packed) {
    int at = pathEnd(packed);
    while (at > TEXT && packed[at - 1] != '/') {
      at--;
    }
    return at;
  }

  /** Where the path ends. */
  public static int pathEnd(byte[] packed) {
    return TEXT + (int) INT.get(packed, PATH_BYTES);
  }
}
