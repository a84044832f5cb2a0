package io.forebay.understore;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * The requests by which an object store takes a large file in parts. For implementations of object
 * stores; each request is retried by them, which alone can send a part again.
 *
 * @param <T> what the store wants to know of a part in the end
 */
public interface MultipartUpload<T> {

  /** Begins, and returns the upload's id. */
  String begin() throws IOException;

  /**
   * @param number from 1
   */
  T part(String upload, int number, byte[] bytes) throws IOException;

  /** Makes the file visible as a whole. */
  void complete(String upload, List<T> parts) throws IOException;

  /** Has the store forget the parts. */
  void abort(String upload) throws IOException;

  /**
   * Uploads everything, or leaves nothing.
   *
   * @param noun for messages
   */
  static <T> void run(
      MultipartUpload<T> requests, String noun, InputStream content, long length, int partBytes)
      throws IOException {
    String upload = requests.begin();
    try {
      List<T> parts = new ArrayList<>();
      for (long done = 0; done < length; done += partBytes) {
        byte[] bytes = read(noun, content, (int) Math.min(partBytes, length - done));
        parts.add(requests.part(upload, parts.size() + 1, bytes));
      }
      requests.complete(upload, parts);
    } catch (IOException e) {
      try {
        requests.abort(upload);
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
  }

  /** Takes exactly so many bytes. */
  static byte[] read(String noun, InputStream content, int length) throws IOException {
    byte[] bytes = content.readNBytes(length);
    if (bytes.length < length) {
      throw UnderStoreException.lasting(
          noun + ": the content ended " + (length - bytes.length) + " bytes early", null);
    }
    return bytes;
  }
}
