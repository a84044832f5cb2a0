package io.forebay.bench;

import io.forebay.file.FileId;
import io.forebay.placement.Member;
import io.forebay.placement.Placement;
import io.forebay.placement.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * How evenly a million files lie on 100 servers of three weights, and how many move when one comes
 * or goes, beside the fewest that can.
 */
final class PlacementBalance {

  private static final int SERVERS = 100;
  private static final int FILES = 1_000_000;

  private PlacementBalance() {}

  static void run() {
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < SERVERS; i++) {
      members.add(Member.parse("server-" + i + "=10.0.0.1:" + (7000 + i) + " weight=" + weight(i)));
    }
    List<Member> more = new ArrayList<>(members);
    more.add(Member.parse("another=10.0.0.2:7000 weight=2"));
    List<Member> fewer = members.subList(1, SERVERS);
    Map<String, Long> owned = new HashMap<>();
    long joined = 0;
    long left = 0;
    Placement before = Placement.of(new View(members));
    Placement after = Placement.of(new View(more));
    Placement without = Placement.of(new View(fewer));
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < FILES; i++) {
      FileId id = new FileId(random.nextLong(), random.nextLong());
      Function<Placement, String> owner = placement -> placement.owners(id, 0, 1).get(0).name();
      String name = owner.apply(before);
      owned.merge(name, 1L, Long::sum);
      joined += name.equals(owner.apply(after)) ? 0 : 1;
      left += name.equals(owner.apply(without)) ? 0 : 1;
    }
    double sum = members.stream().mapToLong(Member::weight).sum();
    double fullest =
        members.stream()
            .mapToDouble(m -> owned.get(m.name()) / (FILES * m.weight() / sum))
            .max()
            .orElseThrow();
    System.out.printf("%n%d servers of weights 1, 2 and 4, %d files%n%n", SERVERS, FILES);
    System.out.println("| | measured | at most |");
    System.out.println("|---|---|---|");
    System.out.printf("| fullest server, of its share | %.3f | 1.10 |%n", fullest);
    System.out.printf(
        "| files that move to one that joins, of its share | %.3f | 1.05 |%n",
        joined / (FILES * 2 / (sum + 2)));
    System.out.printf(
        "| files that move from one that leaves, of its share | %.3f | 1.05 |%n",
        left / (FILES * weight(0) / sum));
  }

  private static long weight(int server) {
    return 1L << server % 3;
  }
}
