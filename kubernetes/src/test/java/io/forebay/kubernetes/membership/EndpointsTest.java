package io.forebay.kubernetes.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.forebay.placement.View;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How endpoints become members. */
class EndpointsTest {

  private static View view(String... endpoints) {
    String slice =
        """
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: s}
        addressType: IPv4
        ports: [{name: admin, port: 7071}, {name: forebay, port: 7070}]
        endpoints: [%s]
        """
            .formatted(String.join(", ", endpoints));
    return Endpoints.view(List.of(Serialization.unmarshal(slice, EndpointSlice.class)));
  }

  @Test
  void aPodOfAStatefulSetHasTheNameOfItsHost() {
    assertThat(
            view(
                "{addresses: [10.0.0.1], hostname: forebay-0, nodeName: n1, zone: z1,"
                    + " conditions: {ready: true}}"))
        .isEqualTo(View.parse("forebay-0=10.0.0.1:7070 admin=10.0.0.1:7071 node=n1 zone=z1"));
  }

  @Test
  void anotherPodHasTheNameOfItsNode() {
    assertThat(view("{addresses: [10.0.0.1], nodeName: n1}"))
        .isEqualTo(View.parse("n1=10.0.0.1:7070 admin=10.0.0.1:7071 node=n1"));
  }

  @Test
  void whatEndsAndStillServesIsDraining() {
    assertThat(
            view(
                "{addresses: [10.0.0.1], nodeName: n1,"
                    + " conditions: {ready: false, serving: true, terminating: true}}",
                "{addresses: [10.0.0.2], nodeName: n2,"
                    + " conditions: {ready: false, serving: false, terminating: true}}",
                "{addresses: [10.0.0.3], nodeName: n3,"
                    + " conditions: {ready: false, serving: false, terminating: false}}"))
        .isEqualTo(
            View.parse(
                "n1=10.0.0.1:7070 admin=10.0.0.1:7071 node=n1 state=draining,"
                    + " n3=10.0.0.3:7070 admin=10.0.0.3:7071 node=n3 state=down"));
  }

  @Test
  void whileAPodIsReplacedTheOneThatIsReadyCounts() {
    assertThat(
            view(
                "{addresses: [10.0.0.1], nodeName: n1,"
                    + " conditions: {ready: false, serving: true, terminating: true}}",
                "{addresses: [10.0.0.2], nodeName: n1, conditions: {ready: true}}"))
        .isEqualTo(View.parse("n1=10.0.0.2:7070 admin=10.0.0.2:7071 node=n1"));
  }

  @Test
  void anAddressOfVersionSixHasBrackets() {
    assertThat(view("{addresses: [\"fd00::1\"], nodeName: n1}").members().get(0).address())
        .isEqualTo("[fd00::1]:7070");
  }
}
