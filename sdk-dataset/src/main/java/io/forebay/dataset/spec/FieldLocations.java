package io.forebay.dataset.spec;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where the options and secrets of a data set stand in its manifest, for what its under-stores find
 * wrong with them when they are opened.
 */
public final class FieldLocations {

  private final Field whole;
  private final Map<String, Field> named = new HashMap<>();

  FieldLocations(Field whole) {
    this.whole = whole;
  }

  /** Notes where something stands that messages call by this name. */
  void add(String name, Field at) {
    named.put(name, at);
  }

  void addAll(Optional<Field> options) {
    options.ifPresent(field -> field.entries().forEach(this::add));
  }

  /**
   * The error with its file and line.
   *
   * @return empty for an error that is not about anything in the manifest
   */
  public Optional<SpecException> find(Exception error) {
    String message = String.valueOf(error.getMessage());
    Optional<Field> place =
        named.keySet().stream()
            .filter(message::contains)
            // What is wrong comes first, before what is known; and 'a.b.c' is not 'a.b'.
            .min(
                Comparator.<String>comparingInt(message::indexOf)
                    .thenComparingInt(name -> -name.length()))
            .map(named::get);
    if (place.isEmpty() && error instanceof IllegalArgumentException) {
      place = Optional.of(whole);
    }
    return place.map(at -> at.error("is wrong: " + message));
  }
}
