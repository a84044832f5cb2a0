package io.forebay.placement;

import io.forebay.config.DataSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A cache server of the cluster.
 *
 * @param name the same in every process, for placement is computed from it
 * @param address {@code host:port} or {@code unix:/path}
 * @param admin {@code host:port} of the admin endpoint; empty if it is not known
 * @param node the machine, as Kubernetes names it; empty if it is not known
 * @param zone where copies of one file should not be together; empty for none
 * @param weight share of the files that it is to own, relative to the others; its capacity, for
 *     example
 * @param state whether it is to own files
 * @param protocol version of the wire protocol that it speaks; 0 if it is not known
 */
public record Member(
    String name,
    String address,
    String admin,
    String node,
    String zone,
    long weight,
    State state,
    int protocol) {

  private static final Pattern ADDRESS = Pattern.compile("unix:/.+|[^/]+:[0-9]{1,5}");

  /** What a member is ready to do; all but those that are down are asked for what they have. */
  public enum State {
    JOINING,
    UP,
    DRAINING,
    DOWN;

    /** Whether files are placed on it. */
    boolean owns() {
      return this == JOINING || this == UP;
    }
  }

  public Member {
    if (name.isBlank() || !ADDRESS.matcher(address).matches()) {
      throw new IllegalArgumentException(
          "member '" + name + "': '" + address + "' is not host:port or unix:/path");
    }
    if (weight <= 0) {
      throw new IllegalArgumentException(
          "the weight of member '" + name + "' must be positive, not " + weight);
    }
    if (protocol < 0) {
      throw new IllegalArgumentException(
          "the protocol of member '" + name + "' must be a version, not " + protocol);
    }
  }

  /** One of equals. */
  public Member(String name, String address) {
    this(name, address, "", "", "", 1, State.UP, 0);
  }

  /**
   * Parses {@code name=address}, or an address that is its own name, and what may follow after
   * spaces: {@code admin=host:port}, {@code node=NAME}, {@code zone=NAME}, {@code weight=N} (or a
   * size such as {@code 2TiB}), {@code state=joining|up|draining|down}, {@code protocol=VERSION}.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static Member parse(String text) {
    String[] words = text.strip().split("\\s+", -1);
    int equal = words[0].indexOf('=');
    String name = equal < 0 ? words[0] : words[0].substring(0, equal);
    String address = words[0].substring(equal + 1);
    if (name.isEmpty() || address.isEmpty()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a member; use name=host:port or host:port");
    }
    Member member = new Member(name, address);
    for (int i = 1; i < words.length; i++) {
      member = member.with(words[i]);
    }
    return member;
  }

  private Member with(String word) {
    int equal = word.indexOf('=');
    String value = word.substring(equal + 1);
    return switch (equal < 0 ? "" : word.substring(0, equal)) {
      case "admin" -> new Member(name, address, value, node, zone, weight, state, protocol);
      case "node" -> new Member(name, address, admin, value, zone, weight, state, protocol);
      case "zone" -> new Member(name, address, admin, node, value, weight, state, protocol);
      case "weight" ->
          new Member(
              name, address, admin, node, zone, DataSize.parse(value).bytes(), state, protocol);
      case "state" -> in(state(value));
      case "protocol" ->
          new Member(name, address, admin, node, zone, weight, state, protocol(value));
      default ->
          throw new IllegalArgumentException(
              "member '"
                  + name
                  + "': unknown '"
                  + word
                  + "'; use admin=, node=, zone=, weight=, state= or protocol=");
    };
  }

  private State state(String text) {
    try {
      return State.valueOf(text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "member '" + name + "': state=" + text + ": use joining, up, draining or down", e);
    }
  }

  private int protocol(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "member '" + name + "': protocol=" + text + ": use the version as a number", e);
    }
  }

  /** The same one at another address. */
  public Member at(String other) {
    return new Member(name, other, admin, node, zone, weight, state, protocol);
  }

  /** The same one in another state. */
  public Member in(State other) {
    return new Member(name, address, admin, node, zone, weight, other, protocol);
  }

  /** The inverse of {@link #parse}. */
  @Override
  public String toString() {
    List<String> words = new ArrayList<>(List.of(name + "=" + address));
    add(words, "admin", admin);
    add(words, "node", node);
    add(words, "zone", zone);
    if (weight != 1) {
      words.add("weight=" + weight);
    }
    if (state != State.UP) {
      words.add("state=" + state.name().toLowerCase(Locale.ROOT));
    }
    if (protocol != 0) {
      words.add("protocol=" + protocol);
    }
    return String.join(" ", words);
  }

  private static void add(List<String> words, String key, String value) {
    if (!value.isEmpty()) {
      words.add(key + "=" + value);
    }
  }
}
