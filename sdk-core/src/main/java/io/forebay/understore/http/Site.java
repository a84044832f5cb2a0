package io.forebay.understore.http;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How paths below a root are addresses of a web server, and back. Immutable.
 *
 * @param origin scheme, host and port, such as {@code https://mirror.example:8443}
 * @param base the root's path as it is written, with a slash at its end
 */
record Site(String origin, String base) {

  private static final String UNRESERVED = "-._~";

  /** An encoded byte, or what stands between two of them. */
  private static final Pattern PART = Pattern.compile("%(\\p{XDigit}{2})|[^%]+");

  /**
   * @throws IllegalArgumentException for a root that is no directory of a web server
   */
  static Site of(URI root) {
    if (root.getHost() == null || root.getRawQuery() != null || root.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "an http: root must name a directory of a web server, such as"
              + " https://mirror.example/datasets/images/, without '?' and '#'; got "
              + root);
    }
    String path = root.getRawPath() == null ? "" : root.getRawPath();
    Site site =
        new Site(
            root.getScheme().toLowerCase(Locale.ROOT) + "://" + root.getRawAuthority(),
            path.endsWith("/") ? path : path + "/");
    if (segments(site.base).isEmpty()) {
      throw new IllegalArgumentException(
          "the path of an http: root must be UTF-8, without '//', '.' and '..'; got " + root);
    }
    return site;
  }

  /** The address of a file. */
  String address(String path) {
    return origin + base + encoded(path);
  }

  /** The address of a directory. */
  String directoryAddress(String path) {
    return path.isEmpty() ? origin + base : address(path) + "/";
  }

  /** For messages: readable, not encoded. */
  String noun(String path) {
    return origin + base + path;
  }

  private static String encoded(String path) {
    StringBuilder address = new StringBuilder();
    for (byte each : path.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (each & 0xff);
      if (c == '/' || isPlain(c)) {
        address.append(c);
      } else {
        address.append('%').append(String.format("%02X", (int) c));
      }
    }
    return address.toString();
  }

  private static boolean isPlain(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || UNRESERVED.indexOf(c) >= 0;
  }

  /** What of a link on the page of a directory can be believed. */
  sealed interface Link {

    /** Leads to a child of the directory. */
    record ToChild(String name, boolean directory) implements Link {}

    /** Leads into the directory, but to a name that is not UTF-8, or would lead elsewhere. */
    record Unnameable(String written) implements Link {}

    /** To a parent, to another host, to the same page in another order. */
    record Elsewhere() implements Link {}
  }

  private static final Link ELSEWHERE = new Link.Elsewhere();

  /**
   * Where a link leads.
   *
   * @param directory whose page it is on
   * @param href as it stands there
   */
  Link follow(String directory, String href) {
    String page = directory.isEmpty() ? base : base + encoded(directory) + "/";
    Optional<String> path = path(page, href);
    if (path.isEmpty()) {
      return ELSEWHERE;
    }
    int slash = path.get().lastIndexOf('/', path.get().length() - 2);
    String name = path.get().substring(slash + 1);
    boolean isDirectory = name.endsWith("/");
    String plain = isDirectory ? name.substring(0, name.length() - 1) : name;
    if (plain.isEmpty() || !isName(plain) || !isSame(page, path.get().substring(0, slash + 1))) {
      return ELSEWHERE;
    }
    // A slash or dots that are written as %2F and %2E lead elsewhere once they are decoded.
    return decoded(plain)
        .filter(Site::isName)
        .<Link>map(decoded -> new Link.ToChild(decoded, isDirectory))
        .orElseGet(() -> new Link.Unnameable(plain));
  }

  private static boolean isName(String name) {
    return name.indexOf('/') < 0 && !name.equals(".") && !name.equals("..");
  }

  /** The path that a link names on this host. */
  private Optional<String> path(String page, String href) {
    String rest = href;
    if (rest.indexOf('?') >= 0 || rest.indexOf('#') >= 0) {
      return Optional.empty();
    }
    if (rest.startsWith(origin + "/")) {
      rest = rest.substring(origin.length());
    }
    if (rest.startsWith("//") || rest.matches("[a-zA-Z][a-zA-Z0-9+.-]*:.*")) {
      return Optional.empty();
    }
    if (rest.startsWith("/")) {
      return Optional.of(rest);
    }
    while (rest.startsWith("./")) { // as Apache writes names with a colon
      rest = rest.substring(2);
    }
    return rest.isEmpty() || rest.startsWith("/") ? Optional.empty() : Optional.of(page + rest);
  }

  /** Of a path that begins and ends with a slash; empty where one could lead elsewhere. */
  private static Optional<List<String>> segments(String path) {
    if (!path.startsWith("/")) {
      return Optional.empty();
    }
    List<String> segments = new ArrayList<>();
    for (String each : path.substring(1).split("/", -1)) {
      Optional<String> segment = decoded(each);
      if (segment.isEmpty() || !isName(segment.get())) {
        return Optional.empty();
      }
      segments.add(segment.get());
    }
    return segments.subList(0, segments.size() - 1).contains("")
        ? Optional.empty()
        : Optional.of(segments);
  }

  private static Optional<String> decoded(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Matcher parts = PART.matcher(text);
    int end = 0;
    while (parts.find() && parts.start() == end) {
      end = parts.end();
      if (parts.group(1) == null) {
        bytes.writeBytes(parts.group().getBytes(StandardCharsets.UTF_8));
      } else {
        bytes.write(Integer.parseInt(parts.group(1), 16));
      }
    }
    if (end < text.length()) { // a percent sign without two digits
      return Optional.empty();
    }
    try {
      ByteBuffer all = ByteBuffer.wrap(bytes.toByteArray());
      return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(all).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  /** Whether two written paths are one. */
  private static boolean isSame(String path, String other) {
    Optional<List<String>> segments = segments(path);
    return segments.isPresent() && segments.equals(segments(other));
  }

  /**
   * Whether the server sends from a path to the same path with a slash behind it, as it does where
   * that is a directory. Which port and scheme it names says nothing: there may be a proxy before
   * it.
   */
  boolean leadsToDirectory(String path, URI location) {
    return isOurHost(location) && isSame(base + encoded(path) + "/", location.getRawPath());
  }

  /** The same site over TLS, where the server sends there for the same path. */
  Optional<Site> secured(String address, URI location) {
    boolean isUpgrade =
        origin.startsWith("http:")
            && "https".equalsIgnoreCase(location.getScheme())
            && isOurHost(location)
            && isSame(address.substring(origin.length()), location.getRawPath());
    return isUpgrade
        ? Optional.of(new Site("https://" + location.getRawAuthority(), base))
        : Optional.empty();
  }

  private boolean isOurHost(URI location) {
    return location.getRawQuery() == null
        && URI.create(origin).getHost().equalsIgnoreCase(location.getHost());
  }
}
