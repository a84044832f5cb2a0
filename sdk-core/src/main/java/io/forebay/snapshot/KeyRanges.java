package io.forebay.snapshot;

import io.forebay.understore.Utf8;
import java.util.ArrayList;
import java.util.List;

/**
 * Where to divide a range of keys of which only the beginning is known. Behind the last key seen,
 * all keys start with some beginning of it and then a greater character. Which beginning is that
 * all names share, and where they begin to differ, is not known at first: so one point for each of
 * them, which proves in one round that most of these parts are empty, and leaves ends behind that
 * tell where names differ. From then on the first character at which they do is divided as finely
 * as wanted, by the characters that most names consist of.
 */
final class KeyRanges {

  /** Places to divide at; everything else goes to the part of the next smaller one. */
  private static final int[] ALPHABET = alphabet();

  /** Characters behind the one that is divided finely that get a point too. */
  private static final int DEEPER = 2;

  /** Characters that tell how far apart two keys are. */
  private static final int COMPARED = 12;

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
    boolean fine = end != null;
    int deeper = end == null ? Integer.MAX_VALUE : DEEPER;
    for (int at = 0; at < last.length() && points.size() < most && deeper > 0; ) {
      List<String> level = level(last, end, at);
      if (!level.isEmpty()) {
        int count = fine && level.size() > 1 ? Math.min(level.size(), most - points.size()) : 1;
        for (int i = 0; i < count; i++) {
          points.add(level.get(i * level.size() / count));
        }
        if (count > 1) {
          fine = false;
        } else if (!fine) {
          deeper--;
        }
      }
      at += Character.charCount(last.codePointAt(at));
    }
    points.sort(Utf8.ORDER);
    return points;
  }

  /**
   * About how many pages are left of a range, if keys go on as densely as in the page at hand.
   * Parts of less than a page would cost requests and save no time.
   *
   * @param before the last key before the page
   * @param last the last key of the page
   */
  static int pages(String before, String last, String end) {
    if (end == null || before.isEmpty()) {
      return Integer.MAX_VALUE;
    }
    int at = 0;
    while (at < before.length() && at < end.length() && before.charAt(at) == end.charAt(at)) {
      at++;
    }
    double here = position(last, at);
    double pages = (position(end, at) - here) / (here - position(before, at));
    return pages >= 0 ? (int) Math.min(pages, Integer.MAX_VALUE) : Integer.MAX_VALUE;
  }

  /** Where a key is, from 0 to 1, among all that begin as it does up to a place. */
  private static double position(String key, int at) {
    double position = 0;
    double width = 1;
    for (int i = at; i < Math.min(key.length(), at + COMPARED); i++) {
      char c = key.charAt(i);
      int first = Character.isDigit(c) ? '0' : Character.isLowerCase(c) ? 'a' : 'A';
      int count = Character.isDigit(c) ? 10 : 26;
      width /= count;
      position += width * Math.max(0, Math.min(c - first, count));
    }
    return position;
  }

  /** Points that share what comes before a character of the last key, and are greater there. */
  private static List<String> level(String last, String end, int at) {
    int here = last.codePointAt(at);
    List<String> level = new ArrayList<>();
    for (int c : ALPHABET) {
      String point = last.substring(0, at) + Character.toString(c);
      if (c > here && (end == null || Utf8.ORDER.compare(point, end) < 0)) {
        level.add(point);
        if (!isLikeOne(here, c)) {
          break; // where one name has a digit, others have digits: the rest makes one part
        }
      }
    }
    return level;
  }

  /** Whether two characters are of one kind. */
  private static boolean isLikeOne(int a, int b) {
    return (Character.isDigit(a) && Character.isDigit(b))
        || (Character.isLowerCase(a) && Character.isLowerCase(b))
        || (Character.isUpperCase(a) && Character.isUpperCase(b))
        || (a >= 0x80 && b >= 0x80);
  }
}
