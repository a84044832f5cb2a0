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
public final class Rendezvous {

  private record Scored(Member member, double score) {}

  private static final Comparator<Scored> BEST_FIRST =
      Comparator.comparingDouble(Scored::score).reversed();

  private final Member[] members;
  private final long[] seeds;
  private final boolean weighted;
  private final boolean zoned;

  /**
   * @param members those that files are placed on
   */
  public Rendezvous(List<Member> members) {
    this.members = members.toArray(Member[]::new);
    this.seeds =
        members.stream()
            .mapToLong(m -> Hash.of(m.name().getBytes(StandardCharsets.UTF_8)))
            .toArray();
    this.weighted = members.stream().mapToLong(Member::weight).distinct().count() > 1;
    this.zoned = members.stream().anyMatch(m -> !m.zone().isEmpty());
  }

  /** The members of a view that own files. */
  public static Rendezvous of(View view) {
    return new Rendezvous(view.members().stream().filter(m -> m.state().owns()).toList());
  }

  /**
   * All members, best first: the first of them are those that are to have copies. Where there are
   * zones the best of each zone come first, so that copies lie in different ones.
   */
  public List<Member> rank(FileId id) {
    List<Scored> scored = new ArrayList<>(members.length);
    for (int i = 0; i < members.length; i++) {
      scored.add(new Scored(members[i], score(id, i)));
    }
    scored.sort(BEST_FIRST);
    List<Member> ranked = scored.stream().map(Scored::member).toList();
    return zoned ? spread(ranked) : ranked;
  }

  /** The first two of {@link #rank}, or fewer where there are no more, in much less time. */
  public List<Member> firstTwo(FileId id) {
    int best = -1;
    int next = -1;
    double bestScore = Double.NEGATIVE_INFINITY;
    double nextScore = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < members.length; i++) {
      double score = score(id, i);
      if (score > bestScore) {
        next = best;
        nextScore = bestScore;
        best = i;
        bestScore = score;
      } else if (score > nextScore) {
        next = i;
        nextScore = score;
      }
    }
    if (next < 0) {
      return List.of(members);
    }
    return zoned && members[best].zone().equals(members[next].zone())
        ? rank(id).subList(0, 2)
        : List.of(members[best], members[next]);
  }

  /** The hash as a number between 0 and 1, u, gives -weight / ln u; in the same order as u. */
  private double score(FileId id, int member) {
    long hash = Hash.mix(id.high() ^ Hash.mix(id.low() ^ seeds[member]));
    double uniform = (((hash ^ Long.MIN_VALUE) >>> 11) + 0.5) * 0x1p-53;
    return weighted ? -members[member].weight() / Math.log(uniform) : uniform;
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
