package io.forebay.kubernetes.affinity;

import java.util.Locale;

/** How much a pod needs to be beside a data set. */
enum Need {
  PREFERRED,
  REQUIRED;

  /**
   * @param key of the label or annotation, for the error
   * @throws IllegalArgumentException for another word
   */
  static Need parse(String key, String text) {
    for (Need each : values()) {
      if (each.name().toLowerCase(Locale.ROOT).equals(text)) {
        return each;
      }
    }
    throw new IllegalArgumentException(key + " is '" + text + "'; use 'required' or 'preferred'");
  }
}
