package io.forebay.understore.oss;

import java.util.List;

/**
 * A page of a listing.
 *
 * @param prefixes what keys below a delimiter have in common
 * @param next where the next page goes on; empty on the last one
 */
record OssPage(List<Entry> objects, List<String> prefixes, String next) {

  /** An object as a listing has it. */
  record Entry(String key, long size, long modifiedMillis, String etag) {}

  boolean isEmpty() {
    return objects.isEmpty() && prefixes.isEmpty();
  }
}
