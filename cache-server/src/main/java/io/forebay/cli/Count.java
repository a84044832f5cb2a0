package io.forebay.cli;

import java.util.Locale;

/** A number of things, as people write it. */
final class Count {

  private Count() {}

  /** {@code 1 file}, {@code 2,000 files}. */
  static String of(long number, String thing) {
    return String.format(Locale.ROOT, "%,d %s%s", number, thing, number == 1 ? "" : "s");
  }
}
