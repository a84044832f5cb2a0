package io.forebay.membership.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.etcd.jetcd.Client;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.PutOption;
import io.forebay.membership.Membership;
import io.forebay.membership.MembershipContract;
import io.forebay.membership.Memberships;
import io.forebay.placement.Member;
import io.forebay.placement.View;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a real etcd, which is stopped, killed, emptied and compacted. */
@Timeout(value = 20, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EtcdMembershipTest extends MembershipContract {

  private static final Member A = Member.parse("a=h:1 zone=z weight=2 protocol=9");
  private static final Member B = Member.parse("b=h:2");
  private static final AtomicInteger prefixes = new AtomicInteger();

  @TempDir private static Path directory;
  private static Etcd etcd;

  private final List<AutoCloseable> resources = new ArrayList<>();
  private String prefix;

  @BeforeAll
  static void startEtcd() throws Exception {
    etcd = Etcd.start(directory);
  }

  @AfterAll
  static void stopEtcd() throws Exception {
    if (etcd != null) {
      etcd.close();
    }
  }

  @BeforeEach
  void choosePrefix() {
    prefix = "/forebay-" + prefixes.incrementAndGet();
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable resource : resources) {
      resource.close();
    }
  }

  @Override
  protected Membership open() throws Exception {
    change(first());
    return Memberships.open(source(etcd.address()));
  }

  @Override
  protected Membership open(View present) throws Exception {
    return Memberships.open(source(etcd.address()));
  }

  /** With a lease of the shortest time that etcd gives with its usual settings. */
  private String source(String address) {
    return "etcd://" + address + prefix + "?ttl=2";
  }

  /** In one transaction, as nobody else would. */
  @Override
  protected void change(View view) throws Exception {
    try (Client client = client()) {
      List<Op> changes = new ArrayList<>();
      for (String name : List.of("a", "b", "c")) {
        changes.add(
            view.members().stream()
                .filter(member -> member.name().equals(name))
                .findFirst()
                .map(
                    member ->
                        (Op)
                            Op.put(
                                EtcdSession.bytes(prefix + "/" + name),
                                EtcdSession.bytes(member.toString()),
                                PutOption.DEFAULT))
                .orElse(Op.delete(EtcdSession.bytes(prefix + "/" + name), DeleteOption.DEFAULT)));
      }
      TxnResponse done =
          client
              .getKVClient()
              .txn()
              .Then(changes.toArray(Op[]::new))
              .commit()
              .get(1, TimeUnit.MINUTES);
      assertThat(done.isSucceeded()).isTrue();
    }
  }

  private static Client client() {
    return Client.builder().endpoints("http://" + etcd.address()).build();
  }

  private Membership server(Member member) throws IOException {
    return server(member, etcd.address());
  }

  private Membership server(Member member, String address) throws IOException {
    Membership membership = Memberships.open(source(address));
    resources.add(membership);
    membership.announce(member);
    return membership;
  }

  private Membership reader() throws IOException {
    return reader(etcd.address());
  }

  private Membership reader(String address) throws IOException {
    Membership membership = Memberships.open(source(address));
    resources.add(membership);
    return membership;
  }

  private static void awaitMembers(Membership membership, Member... members) {
    await()
        .atMost(ONE_MINUTE)
        .untilAsserted(() -> assertThat(membership.view().members()).containsExactly(members));
  }

  private static void awaitNext(Membership membership, Member member) {
    await()
        .atMost(ONE_MINUTE)
        .untilAsserted(() -> assertThat(membership.view().members()).contains(member));
  }

  @Test
  void aServerIsThereFromItsAnnouncementUntilItIsClosed() throws Exception {
    Membership reader = reader();
    assertThat(reader.view().members()).isEmpty();
    Membership a = server(A);
    Membership b = server(B);
    awaitMembers(reader, A, B);
    awaitMembers(a, A, B);
    b.announce(B.in(Member.State.DRAINING));
    awaitMembers(reader, A, B.in(Member.State.DRAINING));
    b.close();
    awaitMembers(reader, A);
  }

  @Test
  void aServerStaysLongerThanItsLease() throws Exception {
    server(A);
    Membership reader = reader();
    awaitMembers(reader, A);
    List<View> heard = new ArrayList<>();
    reader.follow(heard::add);
    await().during(Duration.ofSeconds(6)).atMost(ONE_MINUTE).until(() -> heard.size() == 1);
  }

  @Test
  void aServerWhoseKeyIsDeletedWritesItAgain() throws Exception {
    server(A);
    server(B);
    Membership reader = reader();
    awaitMembers(reader, A, B);
    try (Client client = client()) {
      client.getKVClient().delete(EtcdSession.bytes(prefix + "/a")).get(1, TimeUnit.MINUTES);
    }
    awaitMembers(reader, A, B);
  }

  @Test
  void aStoppedEtcdLeavesTheMembersAsTheyAreAndIsFollowedAgain() throws Exception {
    server(A);
    Membership reader = reader();
    awaitMembers(reader, A);
    etcd.pause();
    try {
      await()
          .during(Duration.ofSeconds(8)) // more than the lease, and than requests wait
          .atMost(ONE_MINUTE)
          .until(() -> reader.view().members().equals(List.of(A)));
    } finally {
      etcd.goOn();
    }
    server(B);
    awaitMembers(reader, A, B);
  }

  @Test
  void aKilledEtcdThatComesBackWithItsDataIsFollowedAgain() throws Exception {
    Membership a = server(A);
    Membership reader = reader();
    awaitMembers(reader, A);
    etcd.kill();
    assertThatThrownBy(this::reader)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("etcd at " + etcd.address())
        .hasMessageContaining("refused");
    a.announce(A.in(Member.State.DRAINING));
    assertThat(reader.view().members()).containsExactly(A);
    etcd.start();
    awaitMembers(reader, A.in(Member.State.DRAINING));
    server(B);
    awaitMembers(reader, A.in(Member.State.DRAINING), B);
    a.close();
    awaitMembers(reader, B);
  }

  @Test
  void anEtcdThatLostItsDataGetsTheMembersBack() throws Exception {
    server(A);
    server(B);
    Membership reader = reader();
    awaitMembers(reader, A, B);
    try (Client client = client()) {
      for (int i = 0; i < 50; i++) { // revisions that the emptied one will not reach soon
        client
            .getKVClient()
            .put(EtcdSession.bytes("other"), EtcdSession.bytes("" + i))
            .get(1, TimeUnit.MINUTES);
      }
    }
    etcd.kill();
    etcd.empty();
    etcd.start();
    awaitMembers(reader, A, B);
    try (Membership later = reader()) {
      awaitMembers(later, A, B);
    }
    Member c = Member.parse("c=h:3");
    server(c);
    awaitMembers(reader, A, B, c);
  }

  @Test
  void aReaderThatWasAwayDuringACompactionSeesWhatIsThere() throws Exception {
    try (Relay relay = new Relay(etcd.host(), etcd.port())) {
      change(View.parse("a=h:1, b=h:2"));
      Membership reader = reader(relay.address());
      assertThat(reader.view()).isEqualTo(View.parse("a=h:1, b=h:2"));
      relay.cut();
      change(View.parse("b=h:2, c=h:3"));
      change(View.parse("b=h:4, c=h:3"));
      try (Client client = client()) {
        long revision =
            client
                .getKVClient()
                .get(EtcdSession.bytes("any"))
                .get(1, TimeUnit.MINUTES)
                .getHeader()
                .getRevision();
        client.getKVClient().compact(revision).get(1, TimeUnit.MINUTES);
      }
      relay.mend();
      awaitMembers(reader, Member.parse("b=h:4"), Member.parse("c=h:3"));
      change(View.parse("c=h:3"));
      awaitMembers(reader, Member.parse("c=h:3"));
    }
  }

  @Test
  void aServerThatIsCutOffIsGoneWhenItsLeaseHasRunOutAndComesBack() throws Exception {
    try (Relay relay = new Relay(etcd.host(), etcd.port())) {
      server(B);
      Membership a = server(A, relay.address());
      Membership reader = reader();
      awaitMembers(reader, A, B);
      awaitMembers(a, A, B);
      relay.cut();
      awaitMembers(reader, B);
      assertThat(a.view().members()).as("what it last knew").containsExactly(A, B);
      relay.mend();
      awaitMembers(reader, A, B);
    }
  }

  @Test
  void aKeyThatIsNoMemberIsLeftOut() throws Exception {
    server(A);
    try (Client client = client()) {
      client
          .getKVClient()
          .put(EtcdSession.bytes(prefix + "/x"), EtcdSession.bytes("nonsense"))
          .get(1, TimeUnit.MINUTES);
      Membership reader = reader();
      awaitNext(reader, A);
      assertThat(reader.view().members()).containsExactly(A);
    }
  }
}
