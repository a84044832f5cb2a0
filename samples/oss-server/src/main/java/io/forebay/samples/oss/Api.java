package io.forebay.samples.oss;

import io.netty.buffer.Unpooled;
import io.netty.util.ReferenceCounted;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The operations of the protocol that this server has. */
final class Api {

  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
          .withZone(ZoneOffset.UTC);

  private final Map<String, Bucket> buckets;

  Api(Map<String, Bucket> buckets) {
    this.buckets = buckets;
  }

  Answer answer(Request request) throws IOException {
    Bucket bucket = buckets.get(request.bucket());
    if (bucket == null) {
      throw new OssError(404, "NoSuchBucket", "The specified bucket does not exist.");
    }
    if (request.key().isEmpty()) {
      if (request.method().equals("GET")
          && request.query().getOrDefault("list-type", "").equals("2")) {
        return xml(Listing.xml(request.bucket(), bucket.objects(), request.query()));
      }
      if (request.method().equals("GET") && request.asks("uploads")) {
        return xml(uploads(bucket, request.query().getOrDefault("prefix", "")));
      }
      throw notImplemented(request);
    }
    return switch (request.method()) {
      case "GET", "HEAD" -> read(bucket.get(request.key()), request);
      case "PUT" -> put(bucket, request);
      case "POST" -> post(bucket, request);
      case "DELETE" -> delete(bucket, request);
      default -> throw notImplemented(request);
    };
  }

  private static Answer read(StoredObject object, Request request) {
    String match = request.header("If-Match").replace("\"", "");
    if (!match.isEmpty() && !match.equals(object.etag())) {
      throw new OssError(412, "PreconditionFailed", "The If-Match condition does not hold.");
    }
    String noneMatch = request.header("If-None-Match").replace("\"", "");
    if (noneMatch.equals(object.etag())) {
      throw new OssError(304, "NotModified", "The object has this etag.");
    }
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("ETag", "\"" + object.etag() + "\"");
    headers.put("Last-Modified", httpDate(object.modifiedMillis()));
    headers.put("x-oss-object-type", "Normal");
    headers.put("Accept-Ranges", "bytes");
    long first = 0;
    long last = object.size() - 1;
    int status = 200;
    Matcher range = RANGE.matcher(request.header("Range"));
    if (range.matches()) {
      first = Long.parseLong(range.group(1));
      if (first >= object.size()) {
        throw new OssError(416, "InvalidRange", "The requested range cannot be satisfied.");
      }
      last = range.group(2).isEmpty() ? last : Math.min(last, Long.parseLong(range.group(2)));
      headers.put("Content-Range", "bytes " + first + "-" + last + "/" + object.size());
      status = 206;
    }
    return new Answer(status, headers, new ObjectRange(object, first, last - first + 1));
  }

  private static Answer put(Bucket bucket, Request request) throws IOException {
    if (request.asks("uploadId")) {
      String etag =
          bucket.putPart(
              request.query().get("uploadId"),
              Integer.parseInt(request.query().getOrDefault("partNumber", "0")),
              request.content());
      return empty(200, Map.of("ETag", "\"" + etag + "\""));
    }
    StoredObject object = bucket.put(request.key(), request.content());
    return empty(200, Map.of("ETag", "\"" + object.etag() + "\""));
  }

  private static Answer post(Bucket bucket, Request request) throws IOException {
    if (request.asks("uploads")) {
      return xml(
          "<InitiateMultipartUploadResult>"
              + Xml.element("Bucket", request.bucket())
              + Xml.element("Key", request.key())
              + Xml.element("UploadId", bucket.startUpload(request.key()))
              + "</InitiateMultipartUploadResult>");
    }
    if (request.asks("uploadId")) {
      StoredObject object = bucket.finishUpload(request.key(), request.query().get("uploadId"));
      return xml(
          "<CompleteMultipartUploadResult>"
              + Xml.element("Bucket", request.bucket())
              + Xml.element("Key", request.key())
              + Xml.element("ETag", "\"" + object.etag() + "\"")
              + "</CompleteMultipartUploadResult>");
    }
    throw notImplemented(request);
  }

  /** All of them on one page. */
  private static String uploads(Bucket bucket, String prefix) {
    StringBuilder xml = new StringBuilder("<ListMultipartUploadsResult>");
    bucket
        .uploads()
        .forEach(
            (id, upload) -> {
              if (upload.key().startsWith(prefix)) {
                xml.append("<Upload>")
                    .append(Xml.element("Key", upload.key()))
                    .append(Xml.element("UploadId", id))
                    .append(Xml.element("Initiated", Listing.isoDate(upload.begunMillis())))
                    .append("</Upload>");
              }
            });
    return xml.append(Xml.element("MaxUploads", 1_000))
        .append(Xml.element("IsTruncated", false))
        .append("</ListMultipartUploadsResult>")
        .toString();
  }

  private static Answer delete(Bucket bucket, Request request) throws IOException {
    if (request.asks("uploadId")) {
      bucket.abortUpload(request.query().get("uploadId"));
    } else {
      bucket.delete(request.key());
    }
    return empty(204, Map.of());
  }

  private static OssError notImplemented(Request request) {
    return new OssError(
        501, "NotImplemented", request.method() + " " + request.path() + " is not implemented.");
  }

  private static Answer empty(int status, Map<String, String> headers) {
    return new Answer(status, headers, new Text(new byte[0]));
  }

  private static Answer xml(String text) {
    return new Answer(
        200,
        Map.of("Content-Type", "application/xml"),
        new Text(text.getBytes(StandardCharsets.UTF_8)));
  }

  static String httpDate(long millis) {
    return HTTP_DATE.format(Instant.ofEpochMilli(millis));
  }

  /** A document made for this answer. */
  record Text(byte[] bytes) implements Answer.Body {
    @Override
    public long length() {
      return bytes.length;
    }

    @Override
    public ReferenceCounted piece(long offset, int length) {
      return Unpooled.wrappedBuffer(bytes, (int) offset, length);
    }
  }

  /** Part of an object; these bytes are shaped and counted. */
  record ObjectRange(StoredObject object, long first, long length) implements Answer.Body {
    @Override
    public ReferenceCounted piece(long offset, int length) {
      return object.body().range(first + offset, length);
    }
  }
}
