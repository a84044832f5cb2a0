package io.forebay.samples.oss;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/**
 * The objects of one bucket, in memory or in a directory. A directory cannot hold both {@code a}
 * and {@code a/b}; memory can.
 */
final class Bucket {

  private static final String UNFINISHED = ".unfinished-";

  private final Path directory;

  private final NavigableMap<String, StoredObject> objects =
      new ConcurrentSkipListMap<>(Bucket::compare);

  private final Map<String, Upload> uploads = new ConcurrentHashMap<>();

  /**
   * @param directory null to keep the objects in memory
   */
  Bucket(Path directory) throws IOException {
    this.directory = directory;
    if (directory != null) {
      Files.createDirectories(directory);
      try (Stream<Path> files = Files.walk(directory).filter(Files::isRegularFile)) {
        for (Path file : (Iterable<Path>) files::iterator) {
          if (file.getFileName().toString().startsWith(UNFINISHED)) {
            Files.delete(file);
            continue;
          }
          objects.put(
              directory.relativize(file).toString(),
              new StoredObject(
                  md5(file),
                  Files.size(file),
                  Files.getLastModifiedTime(file).toMillis(),
                  new StoredObject.Body.InFile(file)));
        }
      }
    }
  }

  /** By UTF-8 bytes, as OSS lists keys: surrogates stand for the greatest code points. */
  private static int compare(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        boolean high = Character.isSurrogate(x);
        return high == Character.isSurrogate(y) ? Character.compare(x, y) : high ? 1 : -1;
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  NavigableMap<String, StoredObject> objects() {
    return objects;
  }

  StoredObject get(String key) {
    StoredObject object = objects.get(key);
    if (object == null) {
      throw new OssError(404, "NoSuchKey", "The specified key does not exist.");
    }
    return object;
  }

  StoredObject put(String key, byte[] bytes) throws IOException {
    return put(key, bytes, md5(bytes));
  }

  private StoredObject put(String key, byte[] bytes, String etag) throws IOException {
    StoredObject.Body body =
        directory == null ? new StoredObject.Body.InMemory(bytes) : write(key, bytes);
    StoredObject object = new StoredObject(etag, bytes.length, System.currentTimeMillis(), body);
    objects.put(key, object);
    return object;
  }

  private StoredObject.Body write(String key, byte[] bytes) throws IOException {
    Path file = directory.resolve(key).normalize();
    if (!file.startsWith(directory) || key.endsWith("/")) {
      throw new OssError(400, "InvalidObjectName", "A directory cannot hold the key " + key);
    }
    Files.createDirectories(file.getParent());
    Path unfinished = file.resolveSibling(UNFINISHED + UUID.randomUUID());
    Files.write(unfinished, bytes);
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    return new StoredObject.Body.InFile(file);
  }

  void delete(String key) throws IOException {
    StoredObject object = objects.remove(key);
    if (object != null && object.body() instanceof StoredObject.Body.InFile file) {
      Files.deleteIfExists(file.path());
    }
  }

  /** An upload in parts that was neither completed nor aborted. */
  record Upload(String key, long begunMillis, NavigableMap<Integer, byte[]> parts) {}

  String startUpload(String key) {
    String id = UUID.randomUUID().toString().replace("-", "").toUpperCase(Locale.ROOT);
    uploads.put(id, new Upload(key, System.currentTimeMillis(), new ConcurrentSkipListMap<>()));
    return id;
  }

  /** By their ids. */
  Map<String, Upload> uploads() {
    return uploads;
  }

  String putPart(String upload, int number, byte[] bytes) {
    parts(upload).put(number, bytes);
    return md5(bytes);
  }

  StoredObject finishUpload(String key, String upload) throws IOException {
    NavigableMap<Integer, byte[]> parts = parts(upload);
    int size = parts.values().stream().mapToInt(p -> p.length).sum();
    byte[] whole = new byte[size];
    int at = 0;
    for (byte[] part : parts.values()) {
      System.arraycopy(part, 0, whole, at, part.length);
      at += part.length;
    }
    StoredObject object = put(key, whole, md5(whole) + "-" + parts.size());
    uploads.remove(upload);
    return object;
  }

  void abortUpload(String upload) {
    parts(upload);
    uploads.remove(upload);
  }

  int openUploads() {
    return uploads.size();
  }

  private NavigableMap<Integer, byte[]> parts(String upload) {
    Upload found = uploads.get(upload);
    if (found == null) {
      throw new OssError(404, "NoSuchUpload", "The specified upload does not exist.");
    }
    return found.parts();
  }

  private static String md5(byte[] bytes) {
    return hex(md5().digest(bytes));
  }

  private static String md5(Path file) throws IOException {
    MessageDigest digest = md5();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return hex(digest.digest());
  }

  private static MessageDigest md5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new UncheckedIOException(new IOException("every JDK has MD5", e));
    }
  }

  private static String hex(byte[] digest) {
    return String.format("%032X", new BigInteger(1, digest));
  }
}
