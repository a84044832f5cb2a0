package io.forebay.membership;

import io.forebay.placement.Member;
import io.forebay.placement.View;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which members come and go so often that readers had better not be sent to them. With each change
 * files move to other owners and are fetched again, so a member that flaps costs more than it
 * gives. Used by one thread at a time.
 */
final class Damping {

  private static final Logger log = LoggerFactory.getLogger(Damping.class);

  /** So often may a member go within {@link #WINDOW}: restarts are normal. */
  static final int ALLOWED = 3;

  static final Duration WINDOW = Duration.ofMinutes(10);

  /** A member that was left out is used again after it was there for so long without a break. */
  static final Duration STEADY = Duration.ofMinutes(3);

  private final Map<String, History> histories = new HashMap<>();

  /** The view with those that flap as down. */
  View damp(View view, Instant now) {
    Map<String, Member> there =
        view.members().stream()
            .filter(Damping::isThere)
            .collect(Collectors.toMap(Member::name, Function.identity()));
    histories.forEach(
        (name, history) -> {
          if (!there.containsKey(name)) {
            history.gone(now);
          }
        });
    there.keySet().forEach(name -> histories.computeIfAbsent(name, History::new).there(now));
    histories.values().removeIf(history -> history.isForgotten(now));
    View damped =
        new View(
            view.members().stream().map(m -> isLeftOut(m) ? m.in(Member.State.DOWN) : m).toList());
    // If all of them flap, it is the source that does, and there would be nobody to read from.
    return damped.members().stream().anyMatch(Damping::isThere) ? damped : view;
  }

  private static boolean isThere(Member member) {
    return member.state() != Member.State.DOWN;
  }

  private boolean isLeftOut(Member member) {
    return isThere(member) && histories.get(member.name()).leftOut;
  }

  /** When a member that is there and left out is to be used again, if none goes before. */
  Optional<Instant> nextReturn() {
    return histories.values().stream()
        .filter(history -> history.leftOut && history.there)
        .map(history -> history.came.plus(STEADY))
        .min(Comparator.naturalOrder());
  }

  /** One member's comings and goings. */
  private static final class History {

    private final String name;
    private final Deque<Instant> departures = new ArrayDeque<>();
    private Instant came = Instant.MIN;
    private boolean there;
    private boolean leftOut;

    History(String name) {
      this.name = name;
    }

    void gone(Instant now) {
      if (!there) {
        return;
      }
      there = false;
      departures.add(now);
      forgetOld(now);
      if (departures.size() > ALLOWED && !leftOut) {
        leftOut = true;
        log.warn(
            "server '{}' has come and gone {} times within {} minutes; it is not used until it has"
                + " been there for {} minutes without a break; see its log",
            name,
            departures.size(),
            WINDOW.toMinutes(),
            STEADY.toMinutes());
      }
    }

    void there(Instant now) {
      if (!there) {
        there = true;
        came = now;
      } else if (leftOut && !now.isBefore(came.plus(STEADY))) {
        leftOut = false;
        log.info("server '{}' is steady, and used again", name);
      }
    }

    boolean isForgotten(Instant now) {
      forgetOld(now);
      return !there && departures.isEmpty();
    }

    private void forgetOld(Instant now) {
      departures.removeIf(departure -> departure.isBefore(now.minus(WINDOW)));
    }
  }
}
