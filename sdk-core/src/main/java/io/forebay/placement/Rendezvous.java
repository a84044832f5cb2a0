package io.forebay.placement;

import io.forebay.file.FileId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Rendezvous hashing (Thaler and Ravishankar, 1998): every member gets a score for a file, and the
 * order of the scores is the order in which members are asked. Adding one of N members moves one
 * file in N, and only to the new one. With weights (logarithmic method, Schindelhauer and
 * Schomaker, 2005) a member owns files in proportion to its weight. Where there are zones, the best
 * of each zone come first, then the second of each, so that copies lie in different ones.
 * Immutable.
 */
final class Rendezvous {

  private record Scored(Member member, int round, double score) {}

  /** What two roundings may add, and more. */
  private static final double ROUNDING = 1 + 1e-12;

  private static final Comparator<Scored> FIRST =
      Comparator.comparingInt(Scored::round)
          .thenComparing(Comparator.comparingDouble(Scored::score).reversed());

  private static final Comparator<Scored> BEST =
      Comparator.comparingDouble(Scored::score).reversed();

  /** Those of one zone are neighbours. */
  private final Member[] members;

  private final long[] seeds;
  private final double[] weights;
  private final boolean weighted;

  /** Where zones begin in the members, and where the last one ends. */
  private final int[] bounds;

  /**
   * @param members those that files are placed on
   */
  Rendezvous(List<Member> members) {
    Map<String, List<Member>> zones =
        members.stream()
            .collect(Collectors.groupingBy(Member::zone, LinkedHashMap::new, Collectors.toList()));
    this.members = zones.values().stream().flatMap(List::stream).toArray(Member[]::new);
    this.bounds = new int[zones.size() + 1];
    int zone = 0;
    for (List<Member> some : zones.values()) {
      bounds[zone + 1] = bounds[zone++] + some.size();
    }
    this.seeds = new long[members.size()];
    this.weights = new double[members.size()];
    for (int i = 0; i < seeds.length; i++) {
      seeds[i] = Hash.of(this.members[i].name().getBytes(StandardCharsets.UTF_8));
      weights[i] = this.members[i].weight();
    }
    this.weighted = members.stream().mapToLong(Member::weight).distinct().count() > 1;
  }

  /** All members, best first: the first of them are those that are to have copies. */
  List<Member> rank(FileId id) {
    List<Scored> ranked = new ArrayList<>(members.length);
    for (int zone = 1; zone < bounds.length; zone++) {
      List<Scored> ofZone = new ArrayList<>();
      for (int i = bounds[zone - 1]; i < bounds[zone]; i++) {
        ofZone.add(new Scored(members[i], 0, score(uniform(id, i), i)));
      }
      ofZone.sort(BEST);
      for (int round = 0; round < ofZone.size(); round++) {
        ranked.add(new Scored(ofZone.get(round).member, round, ofZone.get(round).score));
      }
    }
    ranked.sort(FIRST);
    return ranked.stream().map(Scored::member).toList();
  }

  /**
   * The first of {@link #rank}, in much less time.
   *
   * @param count how many; where there are no more members, all of them
   */
  List<Member> first(FileId id, int count) {
    int wanted = Math.min(count, members.length);
    int rounds = rounds(wanted);
    List<Scored> found = new ArrayList<>();
    int[] best = new int[rounds];
    double[] scores = new double[rounds];
    for (int zone = 1; zone < bounds.length && rounds > 0; zone++) {
      int size = best(id, bounds[zone - 1], bounds[zone], best, scores);
      for (int round = 0; round < size; round++) {
        found.add(new Scored(members[best[round]], round, scores[round]));
      }
    }
    found.sort(FIRST);
    return found.stream().limit(wanted).map(Scored::member).toList();
  }

  /** How many of each zone may be among the first. */
  private int rounds(int wanted) {
    int rounds = 0;
    for (int reached = 0; reached < wanted; rounds++) {
      for (int zone = 1; zone < bounds.length; zone++) {
        reached += bounds[zone] - bounds[zone - 1] > rounds ? 1 : 0;
      }
    }
    return rounds;
  }

  /**
   * Finds the best of some members, best first.
   *
   * @param best is filled with them
   * @param scores is filled with theirs
   * @return how many there are, if there are fewer than that
   */
  private int best(FileId id, int start, int end, int[] best, double[] scores) {
    int found = 0;
    double floor = 0; // no lower score counts
    for (int i = start; i < end; i++) {
      double uniform = uniform(id, i);
      if (isBelow(floor, uniform, i)) {
        continue;
      }
      double score = score(uniform, i);
      if (score <= floor) {
        continue;
      }
      int at = found < best.length ? found++ : found - 1;
      for (; at > 0 && score > scores[at - 1]; at--) {
        best[at] = best[at - 1];
        scores[at] = scores[at - 1];
      }
      best[at] = i;
      scores[at] = score;
      floor = found < best.length ? 0 : scores[found - 1];
    }
    return found;
  }

  /** The hash of a file and a member as a number between 0 and 1. */
  private double uniform(FileId id, int member) {
    long hash = Hash.mix(id.high() ^ Hash.mix(id.low() ^ seeds[member]));
    return (((hash ^ Long.MIN_VALUE) >>> 11) + 0.5) * 0x1p-53;
  }

  /** Positive. */
  private double score(double uniform, int member) {
    return weighted ? -weights[member] / Math.log(uniform) : uniform;
  }

  /**
   * Whether a score is no higher, as far as that can be said without a logarithm, which takes much
   * longer.
   */
  private boolean isBelow(double floor, double uniform, int member) {
    return weighted ? weights[member] * ROUNDING <= floor * (1 - uniform) : uniform <= floor;
  }
}
