package io.forebay;

import java.io.IOException;

/**
 * The implementation behind {@link Forebay#builder}, found by {@link java.util.ServiceLoader}, so
 * that this package imports none of it. {@code forebay-sdk-core} has one.
 */
public interface ForebayProvider {

  /** Opens what the settings describe. */
  Forebay open(ForebaySettings settings) throws IOException;
}
