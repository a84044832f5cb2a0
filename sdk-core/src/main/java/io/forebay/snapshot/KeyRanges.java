package io.forebay.snapshot;

import io.forebay.understore.Utf8;
import java.util.ArrayList;
import java.util.List;

/**
 * Where to divide a range of keys of which only the beginning is known. Somewhere behind the last
 * key seen, all keys start with some beginning of it and then a greater character; so these, at the
 * few characters that most names consist of, are the places to try. Some of the parts will be
 * empty, which costs a request each, once: each division either finds where keys are or proves that
 * they are not there.
 */
final class KeyRanges {

  /** Places to divide at; everything else goes to the part of the next smaller one. */
  private static final int[] ALPHABET = alphabet();

  private KeyRanges() {}

  private static int[] alphabet() {
    StringBuilder some = new StringBuilder("/");
    for (char c = '0'; c <= '9'; c++) {
      some.append(c);
    }
    some.append(':');
    for (char c = 'A'; c <= 'Z'; c++) {
      some.append(c);
    }
    some.append('[');
    for (char c = 'a'; c <= 'z'; c++) {
      some.append(c);
    }
    some.append('{');
    // Beginnings of the blocks of Latin, Greek, kana, and then every 0x400th of CJK and Hangul;
    // none
    // behind the surrogates, where servers that compare UTF-16 have another order.
    some.append("\u0080\u0370\u3040");
    for (int c = 0x4e00; c < 0xd800; c += 0x400) {
      some.append((char) c);
    }
    return some.codePoints().toArray();
  }

  /**
   * Divides what is left of a range.
   *
   * @param last the last key seen
   * @param end null for no end
   * @param most parts to make at the most
   * @return places in order, all behind {@code last} and before {@code end}; what comes up to the
   *     first of them stays with who asked
   */
  static List<String> divide(String last, String end, int most) {
    List<String> points = new ArrayList<>();
    // Outer characters first: they halve the most. Deeper ones make smaller points.
    for (int at = 0; at < last.length() && points.size() < most; ) {
      int here = last.codePointAt(at);
      List<String> level = new ArrayList<>();
      for (int c : ALPHABET) {
        String point = last.substring(0, at) + Character.toString(c);
        if (c > here && (end == null || Utf8.ORDER.compare(point, end) < 0)) {
          level.add(point);
        }
      }
      int room = most - points.size();
      for (int i = 0; i < Math.min(room, level.size()); i++) {
        points.add(level.get(i * level.size() / Math.min(room, level.size())));
      }
      at += Character.charCount(here);
    }
    points.sort(Utf8.ORDER);
    return points;
  }
}
