package io.forebay.server;

import io.forebay.config.DataSize;
import io.forebay.config.Setting;
import io.forebay.placement.Member;
import io.forebay.wire.Codec;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * What a server says of itself to the other members, beside its addresses.
 *
 * @param node the machine, as Kubernetes names it; empty if it does not matter
 * @param zone where copies of one file should not be together; empty for none
 * @param weight share of the files that it is to own; empty for its capacity
 */
public record Announcement(String node, String zone, OptionalLong weight) {

  /** What would end a word in the text of a member. */
  private static final Pattern SEPARATOR = Pattern.compile("[\\s,#]");

  /** Nothing but the capacity. */
  public static final Announcement DEFAULT = new Announcement("", "", OptionalLong.empty());

  public Announcement {
    requireWord("node", node);
    requireWord("zone", zone);
    if (weight.orElse(1) <= 0) {
      throw new IllegalArgumentException("weight must be positive, not " + weight.getAsLong());
    }
  }

  private static void requireWord(String key, String value) {
    if (SEPARATOR.matcher(value).find()) {
      throw new IllegalArgumentException(
          key + " must have no spaces, commas and number signs: '" + value + "'");
    }
  }

  /** Of the keys {@code node}, {@code zone} and {@code weight}. */
  static Announcement parse(Map<String, String> settings) {
    return new Announcement(
        settings.getOrDefault("node", ""),
        settings.getOrDefault("zone", ""),
        Setting.of(
            settings,
            "weight",
            text -> OptionalLong.of(DataSize.parse(text).bytes()),
            OptionalLong.empty()));
  }

  /**
   * The server as a member that is up.
   *
   * @param capacityBytes of its tiers
   */
  Member member(String name, String address, String admin, long capacityBytes) {
    return new Member(
        name,
        address,
        admin,
        node,
        zone,
        weight.orElse(Math.max(1, capacityBytes)),
        Member.State.UP,
        Codec.VERSION);
  }
}
