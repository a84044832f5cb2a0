package io.forebay.simulator.cluster;

import io.forebay.membership.ChangingMembership;
import io.forebay.membership.DampedMembership;
import io.forebay.membership.Membership;
import io.forebay.placement.View;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The source of the members, and the nodes that hear of its changes, each after a while of its own.
 * So that not every node has to keep views of its own, there are a few different whiles.
 */
final class Watchers {

  /** Has no divisor in common with the number of zones, so nodes of each zone have each while. */
  private static final int GROUPS = 7;

  private final Shape shape;
  private final ChangingMembership source;
  private final List<Knowledge> groups = new ArrayList<>();
  private final Map<View, Known> known = new HashMap<>();

  /**
   * @param least time until a node hears of a change
   * @param most and the most
   * @param damped whether members that flap are left out
   */
  Watchers(Shape shape, Clock clock, View first, Duration least, Duration most, boolean damped) {
    this.shape = shape;
    this.source = membership(first);
    for (int i = 0; i < GROUPS; i++) {
      Duration delay = least.plus(most.minus(least).multipliedBy(i).dividedBy(GROUPS - 1));
      ChangingMembership heard = membership(first);
      source.follow(view -> clock.after(delay, () -> heard.change(view)));
      Membership seen = damped ? DampedMembership.around(heard, clock, clock::after) : heard;
      Knowledge group = new Knowledge(clock, known(first));
      seen.follow(view -> group.use(known(view)));
      groups.add(group);
    }
  }

  private static ChangingMembership membership(View first) {
    return new ChangingMembership(first, () -> {}, () -> {});
  }

  private Known known(View view) {
    return known.computeIfAbsent(view, v -> new Known(shape, v));
  }

  void change(View view) {
    source.change(view);
  }

  /** What a node knows. */
  Knowledge of(int node) {
    return groups.get(node % GROUPS);
  }

  /** How often the view of a node changed, on average. */
  double changes() {
    return groups.stream().mapToInt(Knowledge::changes).average().orElse(0);
  }
}
