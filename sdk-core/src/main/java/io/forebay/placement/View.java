package io.forebay.placement;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The members of a cluster at one moment. Two processes that have the same members have the same
 * view, whoever told them. Immutable.
 *
 * @param members by name, each name once
 */
public record View(List<Member> members) {

  /**
   * @throws IllegalArgumentException when a name is there twice
   */
  public View {
    members = members.stream().sorted(Comparator.comparing(Member::name)).toList();
    Set<String> names = new HashSet<>();
    for (Member member : members) {
      if (!names.add(member.name())) {
        throw new IllegalArgumentException("member '" + member.name() + "' is named twice");
      }
    }
  }

  /**
   * Reads members with commas or line ends between them; {@code #} begins a comment.
   *
   * @throws IllegalArgumentException naming what is no member, or twice there
   */
  public static View parse(String text) {
    return new View(
        text.lines()
            .map(line -> line.replaceFirst("#.*", ""))
            .flatMap(line -> List.of(line.split(",", -1)).stream())
            .filter(member -> !member.isBlank())
            .map(Member::parse)
            .toList());
  }

  /** Follows from the members alone; 0 if there are none. */
  public long hash() {
    return members.isEmpty() ? 0 : Hash.of(toString().getBytes(StandardCharsets.UTF_8));
  }

  /** The hash as 16 hexadecimal digits. */
  public String id() {
    return String.format("%016x", hash());
  }

  /** The inverse of {@link #parse}. */
  @Override
  public String toString() {
    return members.stream().map(Member::toString).collect(Collectors.joining(", "));
  }
}
