package io.forebay.dataset.nio;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;

/** A path with the characters escaped that a URI cannot have. */
final class RawPath {

  private RawPath() {}

  static String of(String absolutePath) {
    try {
      return new URI(null, null, absolutePath, null).getRawPath();
    } catch (URISyntaxException e) {
      throw new InvalidPathException(absolutePath, e.getReason());
    }
  }
}
