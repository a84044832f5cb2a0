package io.forebay.placement;

import io.forebay.file.FileId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Rendezvous hashing (Thaler and Ravishankar, 1998): every member gets a score for a file, and the
 * order of the scores is the order in which members are asked. Adding one of N members moves one
 * file in N, and only to the new one. Immutable.
 */
public final class Rendezvous {

  private record Seeded(Member member, long seed) {}

  private record Scored(Member member, long score) {}

  private final List<Seeded> members;

  public Rendezvous(List<Member> members) {
    this.members = members.stream().map(m -> new Seeded(m, seed(m.name()))).toList();
  }

  /** All members, best first. */
  public List<Member> rank(FileId id) {
    List<Scored> scored = new ArrayList<>(members.size());
    for (Seeded each : members) {
      scored.add(new Scored(each.member, mix(id.high() ^ mix(id.low() ^ each.seed))));
    }
    scored.sort(Comparator.comparingLong(Scored::score).reversed());
    return scored.stream().map(Scored::member).toList();
  }

  private static long seed(String name) {
    long hash = 0xcbf29ce484222325L; // FNV-1a, 64 bits
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return mix(hash);
  }

  /** The finalizer of SplitMix64: every input bit reaches every output bit. */
  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
