package io.forebay.membership.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.membership.Membership;
import io.forebay.membership.MembershipContract;
import io.forebay.membership.Memberships;
import io.forebay.placement.Member;
import io.forebay.placement.View;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.TextParseException;

class DnsMembershipTest extends MembershipContract {

  private static final Duration MIN = Duration.ofMillis(50);

  private static final int TTL_SECONDS = 1;

  private DnsServer dns;

  @BeforeEach
  void start() throws IOException {
    dns = new DnsServer();
  }

  @AfterEach
  void stop() throws IOException {
    dns.close();
  }

  @Override
  protected View first() {
    return View.parse("10.0.0.1:7070, 10.0.0.2:7070");
  }

  @Override
  protected View second() {
    return View.parse("10.0.0.2:7070, 10.0.0.3:7070");
  }

  @Override
  protected Membership open() throws Exception {
    change(first());
    return open("cache.test:7070");
  }

  @Override
  protected Membership open(View present) throws Exception {
    return open("cache.test:7070");
  }

  private Membership open(String name) throws IOException {
    return open(name, Duration.ofMinutes(1));
  }

  private Membership open(String name, Duration max) throws IOException {
    return new DnsMembershipProvider(MIN, max)
        .open(URI.create("dns://" + dns.address() + "/" + name));
  }

  @Override
  protected void change(View view) throws Exception {
    serve(view, TTL_SECONDS);
  }

  private void serve(View view, int ttl) throws IOException {
    List<Record> records = new ArrayList<>();
    for (Member member : view.members()) {
      records.add(address("cache.test.", ttl, member.name().split(":", 2)[0]));
    }
    dns.serve(records);
  }

  private static Record address(String name, int ttl, String address)
      throws TextParseException, UnknownHostException {
    Name of = Name.fromString(name);
    return address.contains(":")
        ? new AAAARecord(of, DClass.IN, ttl, InetAddress.getByName(address))
        : new ARecord(of, DClass.IN, ttl, InetAddress.getByName(address));
  }

  private static Record service(String target, int port) throws TextParseException {
    return new SRVRecord(
        Name.fromString("_forebay._tcp.cache.test."),
        DClass.IN,
        TTL_SECONDS,
        0,
        50,
        port,
        Name.fromString(target));
  }

  @Test
  void serviceRecordsNameServersThatKeepTheirNamesAtOtherAddresses() throws Exception {
    dns.serve(
        List.of(
            service("a.cache.test.", 7070),
            service("b.cache.test.", 7071),
            service("gone.cache.test.", 7070),
            address("a.cache.test.", TTL_SECONDS, "10.0.0.1"),
            address("b.cache.test.", TTL_SECONDS, "fd00::2")));
    try (Membership membership = open("cache.test")) {
      assertThat(membership.view())
          .isEqualTo(
              View.parse(
                  "a.cache.test:7070=10.0.0.1:7070, b.cache.test:7071=[fd00:0:0:0:0:0:0:2]:7071"));
      dns.serve(
          List.of(
              service("a.cache.test.", 7070), address("a.cache.test.", TTL_SECONDS, "10.0.0.9")));
      View moved = View.parse("a.cache.test:7070=10.0.0.9:7070");
      await().atMost(ONE_MINUTE).until(() -> membership.view().equals(moved));
    }
  }

  @Test
  void aServerWithAddressesOfBothKindsIsOneMember() throws Exception {
    dns.serve(List.of(address("cache.test.", 1, "10.0.0.1"), address("cache.test.", 1, "fd00::1")));
    try (Membership membership = open("cache.test:7070")) {
      assertThat(membership.view()).isEqualTo(View.parse("10.0.0.1:7070"));
      dns.serve(List.of(address("cache.test.", 1, "fd00::1")));
      View other = View.parse("[fd00:0:0:0:0:0:0:1]:7070");
      await().atMost(ONE_MINUTE).until(() -> membership.view().equals(other));
    }
  }

  @Test
  void hundredsOfServersComeOverTcp() throws Exception {
    List<String> members = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      members.add("10.0." + i / 200 + "." + (1 + i % 200) + ":7070");
    }
    View many = View.parse(String.join(",", members));
    change(many);
    try (Membership membership = open("cache.test:7070")) {
      assertThat(membership.view()).isEqualTo(many);
      assertThat(dns.connections()).isPositive();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {Rcode.SERVFAIL, Rcode.REFUSED, Rcode.NXDOMAIN})
  void anAnswerThatFailsLeavesTheMembersAsTheyAre(int rcode) throws Exception {
    try (Membership membership = open()) {
      List<View> heard = new CopyOnWriteArrayList<>();
      membership.follow(heard::add);
      dns.fail(rcode);
      int before = dns.questions();
      await().atMost(ONE_MINUTE).until(() -> dns.questions() > before + 5);
      assertThat(membership.view()).isEqualTo(first());
      dns.fail(Rcode.NOERROR);
      change(second());
      await().atMost(ONE_MINUTE).until(() -> membership.view().equals(second()));
      assertThat(heard).containsExactly(first(), second());
    }
  }

  @Test
  void aResolverThatIsAwayLeavesTheMembersAsTheyAre() throws Exception {
    try (Membership membership = open()) {
      dns.close();
      membership.refresh();
      await()
          .during(Duration.ofSeconds(3))
          .atMost(ONE_MINUTE)
          .until(() -> membership.view().equals(first()));
    }
  }

  @Test
  void anAnswerIsUsedUntilItHasRunOutButNotForLongerThanTheBound() throws Exception {
    serve(first(), 3600);
    try (Membership patient = open("cache.test:7070")) {
      serve(second(), 3600);
      await()
          .during(Duration.ofSeconds(2))
          .atMost(ONE_MINUTE)
          .until(() -> patient.view().equals(first()));
      patient.refresh();
      await().atMost(ONE_MINUTE).until(() -> patient.view().equals(second()));
    }
    try (Membership bounded = open("cache.test:7070", Duration.ofMillis(200))) {
      serve(first(), 3600);
      await().atMost(ONE_MINUTE).until(() -> bounded.view().equals(first()));
    }
  }

  @Test
  void manyRefreshesAreOneQuestion() throws Exception {
    serve(first(), 3600);
    try (Membership membership = open("cache.test:7070")) {
      int before = dns.questions();
      for (int i = 0; i < 1000; i++) {
        membership.refresh();
      }
      await().atMost(ONE_MINUTE).until(() -> dns.questions() > before);
      assertThat(dns.questions()).isLessThan(before + 10);
    }
  }

  @Test
  void aNameWithoutServersIsAnErrorThatSaysWhatToDo() throws Exception {
    change(first());
    assertThatThrownBy(() -> open("cache.test"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("_forebay._tcp.cache.test")
        .hasMessageContaining("cache.test:7070");
    assertThatThrownBy(() -> open("other.test:7070"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no address of other.test");
    dns.fail(Rcode.SERVFAIL);
    assertThatThrownBy(() -> open("cache.test:7070"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("does not answer for cache.test");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dns:///",
        "dns:///a/b",
        "dns:///a:b",
        "dns://u:p@h/a",
        "dns:///a?x=y",
        "dns:/a:99999"
      })
  void aSourceThatIsNoneIsExplained(String source) {
    assertThatThrownBy(() -> Memberships.open(source))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("(?s).*(dns:///NAME:PORT|is not a port).*")
        .hasMessageNotContaining("u:p");
  }

  @ParameterizedTest
  @CsvSource({
    "dns:///cache:7070, , cache, 7070",
    "dns:/cache.test., , cache.test., -1",
    "dns://10.0.0.10/cache.test, 10.0.0.10:53, cache.test, -1",
    "dns://[fd00::1]:5353/cache.test:1, [fd00:0:0:0:0:0:0:1]:5353, cache.test, 1"
  })
  void aSourceHasTheseParts(URI source, String resolver, String name, int port) {
    DnsSource parsed = DnsSource.parse(source);
    assertThat(parsed.resolver().map(a -> a.toString().replaceFirst(".*/", "")).orElse(null))
        .isEqualTo(resolver);
    assertThat(parsed.name()).hasToString(name);
    assertThat(parsed.port().orElse(-1)).isEqualTo(port);
  }
}
