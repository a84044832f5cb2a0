package io.forebay.tls;

import java.util.Arrays;
import java.util.Locale;

/** Whether a server asks its clients for certificates. */
public enum ClientCertificates {
  /** It does not. */
  NONE,
  /** One that is shown must be valid. */
  OPTIONAL,
  /** Clients without a valid one are refused. */
  REQUIRED;

  /**
   * @throws IllegalArgumentException for another word
   */
  public static ClientCertificates parse(String text) {
    return Arrays.stream(values())
        .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException("'" + text + "' must be none, optional or required"));
  }
}
