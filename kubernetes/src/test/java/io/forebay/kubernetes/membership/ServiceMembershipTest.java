package io.forebay.kubernetes.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.forebay.kubernetes.cluster.Cluster;
import io.forebay.kubernetes.cluster.ClusterExtension;
import io.forebay.membership.Membership;
import io.forebay.membership.MembershipContract;
import io.forebay.placement.Member;
import io.forebay.placement.View;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Members by a real API server; the slices are written by the test, each with one member. */
@ExtendWith(ClusterExtension.class)
class ServiceMembershipTest extends MembershipContract {

  private Cluster cluster;
  private String namespace;

  @BeforeEach
  void prepare(Cluster given) {
    cluster = given;
    namespace = cluster.namespace();
  }

  @Override
  protected View first() {
    return View.parse("a=10.0.0.1:7070 node=a, b=10.0.0.2:7070 node=b");
  }

  @Override
  protected View second() {
    return View.parse("a=10.0.0.1:7070 node=a, c=10.0.0.3:7070 node=c zone=z");
  }

  @Override
  protected Membership open() throws Exception {
    return open(first());
  }

  @Override
  protected Membership open(View present) throws Exception {
    change(present);
    return openAs(cluster.kubeconfig());
  }

  private Membership openAs(Path kubeconfig) throws IOException {
    String config = Files.readString(kubeconfig);
    return new ServiceMembershipProvider(
            () -> new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(config)).build())
        .open(URI.create("kubernetes:///" + namespace + "/forebay"));
  }

  @Override
  protected void change(View view) {
    cluster
        .client()
        .discovery()
        .v1()
        .endpointSlices()
        .inNamespace(namespace)
        .resource(
            new EndpointSliceBuilder()
                .withNewMetadata()
                .withName("forebay-1")
                .addToLabels("kubernetes.io/service-name", "forebay")
                .endMetadata()
                .withAddressType("IPv4")
                .addNewPort()
                .withName("forebay")
                .withPort(7070)
                .withProtocol("TCP")
                .endPort()
                .withEndpoints(
                    view.members().stream().map(ServiceMembershipTest::endpoint).toList())
                .build())
        .serverSideApply();
  }

  private static Endpoint endpoint(Member member) {
    return new EndpointBuilder()
        .withAddresses(member.address().replaceFirst(":.*", ""))
        .withNodeName(member.node())
        .withZone(member.zone().isEmpty() ? null : member.zone())
        .withNewConditions()
        .withReady(true)
        .endConditions()
        .build();
  }

  @Test
  void aServiceWithoutEndpointsIsAnErrorThatNamesIt() {
    assertThatThrownBy(() -> openAs(cluster.kubeconfig()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("service " + namespace + "/forebay has no endpoints");
  }

  @Test
  void itNeedsTheRightToListAndWatchSlicesAndNoOther() throws Exception {
    change(first());
    Path user = cluster.kubeconfig("member-" + namespace);
    assertThatThrownBy(() -> openAs(user))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("forbidden");
    cluster.kubectl(
        "create",
        "role",
        "members",
        "-n",
        namespace,
        "--verb=list,watch",
        "--resource=endpointslices.discovery.k8s.io");
    cluster.kubectl(
        "create",
        "rolebinding",
        "members",
        "-n",
        namespace,
        "--role=members",
        "--user=member-" + namespace);
    await().atMost(ONE_MINUTE).ignoreExceptions().until(() -> canOpen(user));
    try (Membership membership = openAs(user)) {
      change(second());
      await().atMost(ONE_MINUTE).until(() -> membership.view().equals(second()));
    }
  }

  private boolean canOpen(Path user) throws IOException {
    openAs(user).close();
    return true;
  }

  @Test
  void aServiceWhoseEndpointsAreAllGoneKeepsItsMembers() throws Exception {
    try (Membership membership = open()) {
      cluster.client().discovery().v1().endpointSlices().inNamespace(namespace).delete();
      List<View> heard = new CopyOnWriteArrayList<>();
      membership.follow(heard::add);
      change(View.parse("d=10.0.0.4:7070 node=d"));
      await()
          .atMost(ONE_MINUTE)
          .until(() -> membership.view().equals(View.parse("d=10.0.0.4:7070 node=d")));
      assertThat(heard).noneMatch(view -> view.members().isEmpty());
    }
  }
}
