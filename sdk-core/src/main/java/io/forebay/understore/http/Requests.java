package io.forebay.understore.http;

import io.forebay.FileStatus;
import io.forebay.understore.EntityTag;
import io.forebay.understore.ErrorTable;
import io.forebay.understore.ObjectReply;
import io.forebay.understore.UnderStoreException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.FileSystemException;
import java.security.cert.CertificateException;
import java.util.Map;
import java.util.Optional;

/**
 * Requests to one site. A redirect is followed to the same address over TLS only: what is found
 * elsewhere is another site's, which nobody chose. Thread-safe.
 */
final class Requests {

  private static final ErrorTable ERRORS =
      new ErrorTable(
          Map.of(),
          "check the permissions there; Forebay reads public files and needs directory"
              + " listings",
          "if this is correct, use it as the mount point");

  private volatile Site site;
  private final int connectTimeoutMillis;
  private final int readTimeoutMillis;

  Requests(Site site, int connectTimeoutMillis, int readTimeoutMillis) {
    this.site = site;
    this.connectTimeoutMillis = connectTimeoutMillis;
    this.readTimeoutMillis = readTimeoutMillis;
  }

  Site site() {
    return site;
  }

  /**
   * The headers of an answer, and its body to come.
   *
   * @param isDirectory whether the server says that the path is one; then there is no body
   */
  record Answer(ObjectReply reply, HttpURLConnection connection, boolean isDirectory)
      implements Closeable {

    InputStream body() throws IOException {
      return connection.getInputStream();
    }

    /** Drops the connection. One whose body was read to its end is not affected. */
    @Override
    public void close() {
      connection.disconnect();
    }
  }

  /** What is at a path, without its bytes. */
  Answer head(String path) throws IOException {
    return send("HEAD", path, path.isEmpty(), Map.of());
  }

  /** A file with all its bytes. */
  Answer get(String path) throws IOException {
    return send("GET", path, false, Map.of());
  }

  /** The page of a directory. */
  Answer page(String directory) throws IOException {
    return send("GET", directory, true, Map.of());
  }

  /** A range of a version of a file. */
  Answer range(FileStatus file, long offset, long length) throws IOException {
    String range = "bytes=" + offset + "-" + (offset + length - 1);
    Optional<String> tag = EntityTag.toMatch(file);
    return send(
        "GET",
        file.path(),
        false,
        tag.isPresent()
            ? Map.of("Range", range, "If-Match", '"' + tag.get() + '"')
            : Map.of("Range", range));
  }

  private Answer send(String method, String path, boolean directory, Map<String, String> headers)
      throws IOException {
    Site asked = site;
    Answer answer = sendOnce(asked, method, path, directory, headers);
    int status = answer.reply.status();
    if (status >= 200 && status < 300) {
      return answer;
    }
    String detail = "the server answers with status " + status;
    Optional<URI> location = location(answer.connection);
    if (!method.equals("HEAD")) {
      answer.close(); // nobody reads what it says
    }
    if (status >= 300 && status < 400 && location.isPresent()) {
      Optional<Site> secured = asked.secured(answer.connection.getURL().toString(), location.get());
      if (secured.isPresent()) {
        site = secured.get();
        return send(method, path, directory, headers);
      }
      if (!directory && asked.leadsToDirectory(path, location.get())) {
        return new Answer(answer.reply, answer.connection, true);
      }
      // A query may hold somebody's keys.
      detail += " and sends to " + location.get().toString().replaceFirst("\\?.*", "?...");
    }
    throw ERRORS.translate(asked.noun(path), status, "", detail, null);
  }

  private Answer sendOnce(
      Site asked, String method, String path, boolean directory, Map<String, String> headers)
      throws IOException {
    String noun = asked.noun(path);
    try {
      URI address = URI.create(directory ? asked.directoryAddress(path) : asked.address(path));
      HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection();
      connection.setRequestMethod(method);
      connection.setInstanceFollowRedirects(false);
      connection.setUseCaches(false);
      connection.setConnectTimeout(connectTimeoutMillis);
      connection.setReadTimeout(readTimeoutMillis);
      connection.setRequestProperty("User-Agent", "Forebay");
      connection.setRequestProperty("Accept", "*/*");
      connection.setRequestProperty("Accept-Encoding", "identity");
      headers.forEach(connection::setRequestProperty);
      int status = connection.getResponseCode();
      if (status < 0) {
        connection.disconnect();
        throw UnderStoreException.passing(noun + ": the answer is not HTTP", null);
      }
      String range = connection.getHeaderField("Content-Range");
      ObjectReply reply =
          new ObjectReply(
              noun,
              status,
              connection.getContentLengthLong(),
              range == null ? "" : range,
              EntityTag.of(connection.getHeaderField("ETag")),
              Math.max(0, connection.getLastModified()));
      return new Answer(reply, connection, false);
    } catch (IOException | RuntimeException e) {
      throw translate(noun, e);
    }
  }

  /** Empty where the server sends nowhere that can be understood. */
  private static Optional<URI> location(HttpURLConnection connection) {
    String location = connection.getHeaderField("Location");
    try {
      return location == null
          ? Optional.empty()
          : Optional.of(URI.create(connection.getURL().toString()).resolve(location));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** What an exception of the client means. */
  static IOException translate(String noun, Exception e) {
    if (e instanceof UnderStoreException || e instanceof FileSystemException) {
      return (IOException) e; // known already
    }
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnknownHostException) {
        return UnderStoreException.lasting(
            noun + ": unknown host " + cause.getMessage() + "; check the mount point", e);
      }
      if (cause instanceof CertificateException) {
        return UnderStoreException.lasting(
            noun + ": the server's certificate is not trusted here: " + cause.getMessage(), e);
      }
    }
    return UnderStoreException.passing(noun + ": " + e.getMessage(), e);
  }
}
