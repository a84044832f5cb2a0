package io.forebay.kubernetes.membership;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.forebay.placement.Member;
import io.forebay.placement.Member.State;
import io.forebay.placement.View;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the slices of a service say about its servers.
 *
 * <p>A member has the name of its host, as pods of a StatefulSet have one, or else that of its
 * node, as it is for a DaemonSet: both stay when the pod is replaced. Its address is the endpoint's
 * with the port that is called {@code forebay}, or the only one.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/">the
 *     documentation of EndpointSlices</a>
 */
final class Endpoints {

  private static final String PORT = "forebay";
  private static final String ADMIN = "admin";

  private Endpoints() {}

  /** An endpoint may be in two slices while it moves from one to the other. */
  static View view(Collection<EndpointSlice> slices) {
    Map<String, Member> members = new TreeMap<>();
    for (EndpointSlice slice : slices) {
      Optional<Integer> port = port(slice, PORT).or(() -> only(slice));
      if (port.isEmpty()) {
        continue;
      }
      Optional<Integer> admin = port(slice, ADMIN);
      for (Endpoint endpoint : slice.getEndpoints()) {
        member(endpoint, port.get(), admin)
            .ifPresent(member -> members.merge(member.name(), member, Endpoints::readier));
      }
    }
    return new View(List.copyOf(members.values()));
  }

  private static Member readier(Member one, Member other) {
    return one.state().compareTo(other.state()) <= 0 ? one : other;
  }

  private static Optional<Integer> port(EndpointSlice slice, String name) {
    return slice.getPorts().stream()
        .filter(port -> name.equals(port.getName()))
        .map(EndpointPort::getPort)
        .findFirst();
  }

  private static Optional<Integer> only(EndpointSlice slice) {
    return slice.getPorts().size() == 1
        ? Optional.of(slice.getPorts().get(0).getPort())
        : Optional.empty();
  }

  private static Optional<Member> member(Endpoint endpoint, int port, Optional<Integer> admin) {
    Optional<State> state = state(endpoint.getConditions());
    if (state.isEmpty() || endpoint.getAddresses().isEmpty()) {
      return Optional.empty();
    }
    String host = endpoint.getAddresses().get(0);
    String address = hostAndPort(host, port);
    String node = text(endpoint.getNodeName());
    String name = text(endpoint.getHostname());
    if (name.isEmpty()) {
      name = node.isEmpty() ? address : node;
    }
    return Optional.of(
        new Member(
            name,
            address,
            admin.map(number -> hostAndPort(host, number)).orElse(""),
            node,
            text(endpoint.getZone()),
            1,
            state.get(),
            0));
  }

  private static String text(String value) {
    return value == null ? "" : value;
  }

  private static String hostAndPort(String host, int port) {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  /** Empty for one that ends and does not serve any more. What is not known is true. */
  private static Optional<State> state(EndpointConditions conditions) {
    if (conditions == null || !Boolean.FALSE.equals(conditions.getReady())) {
      return Optional.of(State.UP);
    }
    if (Boolean.TRUE.equals(conditions.getTerminating())) {
      return Boolean.TRUE.equals(conditions.getServing())
          ? Optional.of(State.DRAINING)
          : Optional.empty();
    }
    return Optional.of(State.DOWN);
  }
}
