package io.forebay.placement;

import io.forebay.file.FileId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Rendezvous hashing (Thaler and Ravishankar, 1998): every member gets a score for a file, and the
 * order of the scores is the order in which members are asked. Adding one of N members moves one
 * file in N, and only to the new one. With weights (logarithmic method, Schindelhauer and
 * Schomaker, 2005) a member owns files in proportion to its weight. Immutable.
 */
final class Rendezvous {

  private record Scored(Member member, double score) {}

  /** What two roundings may add, and more. */
  private static final double ROUNDING = 1 + 1e-12;

  private static final Comparator<Scored> BEST_FIRST =
      Comparator.comparingDouble(Scored::score).reversed();

  private final Member[] members;
  private final long[] seeds;
  private final boolean weighted;
  private final boolean zoned;

  /**
   * @param members those that files are placed on
   */
  Rendezvous(List<Member> members) {
    this.members = members.toArray(Member[]::new);
    this.seeds =
        members.stream()
            .mapToLong(m -> Hash.of(m.name().getBytes(StandardCharsets.UTF_8)))
            .toArray();
    this.weighted = members.stream().mapToLong(Member::weight).distinct().count() > 1;
    this.zoned = members.stream().anyMatch(m -> !m.zone().isEmpty());
  }

  /**
   * All members, best first: the first of them are those that are to have copies. Where there are
   * zones the best of each zone come first, so that copies lie in different ones.
   */
  List<Member> rank(FileId id) {
    List<Scored> scored = new ArrayList<>(members.length);
    for (int i = 0; i < members.length; i++) {
      scored.add(new Scored(members[i], score(uniform(id, i), i)));
    }
    scored.sort(BEST_FIRST);
    List<Member> ranked = scored.stream().map(Scored::member).toList();
    return zoned ? spread(ranked) : ranked;
  }

  /**
   * The first of {@link #rank}, in much less time.
   *
   * @param count how many; where there are no more members, all of them
   */
  List<Member> first(FileId id, int count) {
    int wanted = Math.min(count, members.length);
    int[] best = new int[wanted];
    double[] scores = new double[wanted];
    int found = 0;
    for (int i = 0; i < members.length; i++) {
      double uniform = uniform(id, i);
      if (found == wanted && (wanted == 0 || most(uniform, i) <= scores[found - 1])) {
        continue;
      }
      double score = score(uniform, i);
      if (found == wanted && score <= scores[found - 1]) {
        continue;
      }
      int at = found < wanted ? found++ : found - 1;
      for (; at > 0 && score > scores[at - 1]; at--) {
        best[at] = best[at - 1];
        scores[at] = scores[at - 1];
      }
      best[at] = i;
      scores[at] = score;
    }
    if (zoned && !areInDifferentZones(best)) {
      return rank(id).subList(0, wanted);
    }
    Member[] first = new Member[wanted];
    for (int i = 0; i < wanted; i++) {
      first[i] = members[best[i]];
    }
    return List.of(first);
  }

  private boolean areInDifferentZones(int[] some) {
    for (int i = 1; i < some.length; i++) {
      for (int j = 0; j < i; j++) {
        if (members[some[i]].zone().equals(members[some[j]].zone())) {
          return false;
        }
      }
    }
    return true;
  }

  /** The hash of a file and a member as a number between 0 and 1. */
  private double uniform(FileId id, int member) {
    long hash = Hash.mix(id.high() ^ Hash.mix(id.low() ^ seeds[member]));
    return (((hash ^ Long.MIN_VALUE) >>> 11) + 0.5) * 0x1p-53;
  }

  private double score(double uniform, int member) {
    return weighted ? -members[member].weight() / Math.log(uniform) : uniform;
  }

  /** No score is higher; found without a logarithm, which takes much longer. */
  private double most(double uniform, int member) {
    return weighted ? members[member].weight() / (1 - uniform) * ROUNDING : uniform;
  }

  private static List<Member> spread(List<Member> ranked) {
    List<Member> spread = new ArrayList<>(ranked.size());
    List<Member> left = new ArrayList<>(ranked);
    while (!left.isEmpty()) {
      Set<String> zones = new HashSet<>();
      List<Member> later = new ArrayList<>();
      for (Member member : left) {
        (zones.add(member.zone()) ? spread : later).add(member);
      }
      left = later;
    }
    return spread;
  }
}
