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

  private record Seeded(Member member, long seed) {}

  private record Scored(Member member, double score) {}

  private static final Comparator<Scored> BEST_FIRST =
      Comparator.comparingDouble(Scored::score).reversed();

  private final List<Seeded> members;
  private final boolean zoned;

  /**
   * @param members those that files are placed on
   */
  public Rendezvous(List<Member> members) {
    this.members =
        members.stream()
            .map(m -> new Seeded(m, Hash.of(m.name().getBytes(StandardCharsets.UTF_8))))
            .toList();
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
    List<Scored> scored = new ArrayList<>(members.size());
    for (Seeded each : members) {
      long hash = Hash.mix(id.high() ^ Hash.mix(id.low() ^ each.seed));
      scored.add(new Scored(each.member, score(hash, each.member.weight())));
    }
    scored.sort(BEST_FIRST);
    List<Member> ranked = scored.stream().map(Scored::member).toList();
    return zoned ? spread(ranked) : ranked;
  }

  /** The hash as a number between 0 and 1, u, gives -weight / ln u. */
  private static double score(long hash, long weight) {
    double uniform = (((hash ^ Long.MIN_VALUE) >>> 11) + 0.5) * 0x1p-53;
    return -weight / Math.log(uniform);
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
