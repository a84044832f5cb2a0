package io.forebay.read;

import io.forebay.Detour;
import io.forebay.Origin;
import java.util.Optional;

/**
 * Where the bytes of a read came from.
 *
 * @param detour why not from a nearer place that is to have them; empty if they did
 */
record Served(Origin origin, Optional<Detour> detour) {

  Served(Origin origin) {
    this(origin, Optional.empty());
  }

  /** The one of two that came from farther away, with a detour of either. */
  Served farther(Served other) {
    Served far = other.origin.compareTo(origin) > 0 ? other : this;
    return new Served(far.origin, detour.or(() -> other.detour));
  }
}
