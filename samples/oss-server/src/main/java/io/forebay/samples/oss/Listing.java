package io.forebay.samples.oss;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.function.Function;

/** ListObjectsV2: one page of keys, with common prefixes where a delimiter is given. */
final class Listing {

  private static final DateTimeFormatter ISO =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  /** The greatest code point: comes after every name. */
  private static final String LAST = Character.toString(Character.MAX_CODE_POINT);

  /** About what an object takes in a page. */
  private static final int CONTENT_CHARS = 256;

  private Listing() {}

  static String xml(
      String bucket, NavigableMap<String, StoredObject> objects, Map<String, String> query) {
    String prefix = query.getOrDefault("prefix", "");
    String delimiter = query.getOrDefault("delimiter", "");
    int maxKeys = maxKeys(query.getOrDefault("max-keys", "100"));
    boolean encode = query.getOrDefault("encoding-type", "").equals("url");
    Function<String, String> name = encode ? Listing::encoded : key -> key;
    Times times = new Times();

    StringBuilder xml = new StringBuilder(1000 + CONTENT_CHARS * maxKeys);
    xml.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult>");
    int count = 0;
    String last = after(query);
    var rest = from(objects, prefix, last);
    Map.Entry<String, StoredObject> entry = next(rest);
    while (entry != null && entry.getKey().startsWith(prefix) && count < maxKeys) {
      String key = entry.getKey();
      int cut = delimiter.isEmpty() ? -1 : key.indexOf(delimiter, prefix.length());
      if (cut >= 0) {
        String common = key.substring(0, cut + delimiter.length());
        xml.append("<CommonPrefixes>")
            .append(Xml.element("Prefix", name.apply(common)))
            .append("</CommonPrefixes>");
        // Everything below the common prefix is behind us.
        last = common + LAST;
        rest = from(objects, prefix, last);
      } else {
        content(xml, Xml.escape(name.apply(key)), entry.getValue(), times);
        last = key;
      }
      count++;
      entry = next(rest);
    }
    boolean truncated = entry != null && entry.getKey().startsWith(prefix);

    xml.append(Xml.element("Name", bucket))
        .append(Xml.element("Prefix", name.apply(prefix)))
        .append(Xml.element("MaxKeys", maxKeys))
        .append(Xml.element("Delimiter", name.apply(delimiter)))
        .append(Xml.element("IsTruncated", truncated))
        .append(Xml.element("KeyCount", count));
    if (encode) {
      xml.append(Xml.element("EncodingType", "url"));
    }
    if (truncated) {
      xml.append(Xml.element("NextContinuationToken", token(last)));
    }
    return xml.append("</ListBucketResult>").toString();
  }

  /** As {@link URLEncoder} would, which is dear, for the few keys that need it. */
  private static String encoded(String key) {
    for (int i = 0; i < key.length(); i++) {
      char c = key.charAt(i);
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= '0' && c <= '9')
              || (c >= 'A' && c <= 'Z')
              || c == '-'
              || c == '_'
              || c == '.'
              || c == '/';
      if (!plain) {
        return URLEncoder.encode(key, StandardCharsets.UTF_8).replace("+", "%20");
      }
    }
    return key;
  }

  /** Of a million objects many have the same second. */
  private static final class Times {
    private long millis = -1;
    private String text = "";

    String text(long of) {
      if (of != millis) {
        millis = of;
        text = isoDate(of);
      }
      return text;
    }
  }

  /** Only the name can have what needs escaping. */
  private static void content(StringBuilder xml, String name, StoredObject object, Times times) {
    xml.append("<Contents><Key>")
        .append(name)
        .append("</Key><LastModified>")
        .append(times.text(object.modifiedMillis()))
        .append("</LastModified><ETag>\"")
        .append(object.etag())
        .append("\"</ETag><Type>Normal</Type><Size>")
        .append(object.size())
        .append("</Size><StorageClass>Standard</StorageClass></Contents>");
  }

  /** What comes behind a key, and not before the prefix. */
  private static Iterator<Map.Entry<String, StoredObject>> from(
      NavigableMap<String, StoredObject> objects, String prefix, String last) {
    boolean before = objects.comparator().compare(last, prefix) < 0;
    return objects.tailMap(before ? prefix : last, before).entrySet().iterator();
  }

  private static Map.Entry<String, StoredObject> next(
      Iterator<Map.Entry<String, StoredObject>> rest) {
    return rest.hasNext() ? rest.next() : null;
  }

  private static String after(Map<String, String> query) {
    String token = query.get("continuation-token");
    if (token == null) {
      return query.getOrDefault("start-after", "");
    }
    try {
      return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new OssError(400, "InvalidArgument", "The continuation token is not one of ours.");
    }
  }

  private static String token(String last) {
    return Base64.getUrlEncoder().encodeToString(last.getBytes(StandardCharsets.UTF_8));
  }

  private static int maxKeys(String text) {
    try {
      int n = Integer.parseInt(text);
      if (n >= 1 && n <= 1000) {
        return n;
      }
    } catch (NumberFormatException e) {
      // Reported below.
    }
    throw new OssError(400, "InvalidArgument", "max-keys must be from 1 to 1000.");
  }

  static String isoDate(long millis) {
    return ISO.format(Instant.ofEpochMilli(millis));
  }
}
