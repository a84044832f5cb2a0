package io.forebay.understore.oss;

import java.util.List;

/**
 * A page of a listing.
 *
 * @param prefixes what keys below a delimiter have in common
 * @param truncated whether there is more
 * @param next where the next page goes on
 */
record OssPage(List<Entry> objects, List<String> prefixes, boolean truncated, String next) {

  /** An object as a listing has it; the size is negative where it does not say. */
  record Entry(String key, long size, long modifiedMillis, String etag) {}

  boolean isEmpty() {
    return objects.isEmpty() && prefixes.isEmpty();
  }
}
