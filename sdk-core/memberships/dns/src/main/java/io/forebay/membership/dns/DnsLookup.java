package io.forebay.membership.dns;

import io.forebay.placement.Member;
import io.forebay.placement.View;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.ResolverConfig;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;
import org.xbill.DNS.lookup.LookupResult;
import org.xbill.DNS.lookup.LookupSession;
import org.xbill.DNS.lookup.LookupSession.LookupSessionBuilder;
import org.xbill.DNS.lookup.NoSuchDomainException;
import org.xbill.DNS.lookup.NoSuchRRSetException;

/** Asks DNS for the members. Used by one thread. */
final class DnsLookup {

  /** The longest wait for one attempt; a datagram may be lost. */
  private static final Duration ATTEMPT = Duration.ofSeconds(2);

  private static final int ATTEMPTS = 3;

  /** The longest wait for all answers. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /**
   * @param view at least one member
   * @param ttl how long that holds
   */
  record Answer(View view, Duration ttl) {}

  private final DnsSource source;
  private final LookupSession session;
  private long ttlSeconds;

  DnsLookup(DnsSource source) {
    this.source = source;
    // Without a cache: the caller looks again when an answer has expired.
    LookupSessionBuilder builder = LookupSession.builder();
    if (source.resolver().isPresent()) {
      builder.resolver(patient(List.of(new SimpleResolver(source.resolver().get()))));
    } else {
      ResolverConfig machine = ResolverConfig.getCurrentConfig();
      builder
          .resolver(
              patient(
                  machine.servers().stream().map(a -> (Resolver) new SimpleResolver(a)).toList()))
          .searchPath(machine.searchPath())
          .ndots(machine.ndots());
    }
    session = builder.build();
  }

  private static Resolver patient(List<Resolver> resolvers) {
    ExtendedResolver patient = new ExtendedResolver(resolvers);
    resolvers.forEach(resolver -> resolver.setTimeout(ATTEMPT));
    patient.setRetries(ATTEMPTS);
    return patient;
  }

  /**
   * @throws IOException when DNS does not answer, or names no server
   */
  Answer answer() throws IOException {
    ttlSeconds = Long.MAX_VALUE;
    Map<String, Member> members = new TreeMap<>();
    for (Member member : source.port().isPresent() ? byAddress() : byService()) {
      members.put(member.name(), member);
    }
    return new Answer(new View(List.copyOf(members.values())), Duration.ofSeconds(ttlSeconds));
  }

  /** The addresses of the name: each is a member. */
  private List<Member> byAddress() throws IOException {
    List<InetAddress> addresses = addresses(List.of(source.name())).get(source.name());
    if (addresses.isEmpty()) {
      throw new IOException("DNS has no address of " + source.name() + "; do the servers run?");
    }
    return addresses.stream()
        .map(address -> hostAndPort(address, source.port().getAsInt()))
        .map(text -> new Member(text, text))
        .toList();
  }

  /**
   * The targets of the SRV records: each is a member, whose name stays when its address changes.
   */
  private List<Member> byService() throws IOException {
    List<SRVRecord> services = new ArrayList<>();
    for (Record found : await(ask(source.service(), Type.SRV), source.service())) {
      services.add((SRVRecord) found);
    }
    if (services.isEmpty()) {
      throw new IOException(
          "DNS has no SRV records of "
              + source.service()
              + "; do the servers run? A name with addresses needs the servers' port: "
              + source.name()
              + ":7070");
    }
    Map<Name, List<InetAddress>> addresses =
        addresses(services.stream().map(SRVRecord::getTarget).distinct().toList());
    List<Member> members = new ArrayList<>();
    for (SRVRecord service : services) {
      String name = service.getTarget().toString(true) + ":" + service.getPort();
      addresses.get(service.getTarget()).stream()
          .map(address -> hostAndPort(address, service.getPort()))
          .sorted()
          .findFirst()
          .ifPresent(address -> members.add(new Member(name, address)));
    }
    if (members.isEmpty()) {
      throw new IOException("DNS has no address of any server of " + source.service());
    }
    return members;
  }

  private static String hostAndPort(InetAddress address, int port) {
    String host = address.getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  /** IPv4, or IPv6 where there is none of it: with both a server would be two members. */
  private Map<Name, List<InetAddress>> addresses(List<Name> names) throws IOException {
    Map<Name, List<InetAddress>> found = new LinkedHashMap<>();
    find(Type.A, names, found);
    find(Type.AAAA, names.stream().filter(name -> found.get(name).isEmpty()).toList(), found);
    return found;
  }

  private void find(int type, List<Name> names, Map<Name, List<InetAddress>> found)
      throws IOException {
    Map<Name, CompletableFuture<LookupResult>> asked = new LinkedHashMap<>();
    names.forEach(name -> asked.put(name, ask(name, type)));
    for (Map.Entry<Name, CompletableFuture<LookupResult>> each : asked.entrySet()) {
      found.put(
          each.getKey(),
          await(each.getValue(), each.getKey()).stream()
              .map(
                  record ->
                      record instanceof ARecord a
                          ? a.getAddress()
                          : ((AAAARecord) record).getAddress())
              .toList());
    }
  }

  private CompletableFuture<LookupResult> ask(Name name, int type) {
    return session.lookupAsync(name, type).toCompletableFuture();
  }

  /** Empty for a name, or records of it, that are not there. */
  private List<Record> await(CompletableFuture<LookupResult> answer, Name name) throws IOException {
    try {
      List<Record> records = answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).getRecords();
      records.forEach(record -> ttlSeconds = Math.min(ttlSeconds, record.getTTL()));
      return records;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof NoSuchDomainException
          || e.getCause() instanceof NoSuchRRSetException) {
        return List.of();
      }
      String reason = e.getCause().getMessage(); // none for a time-out
      throw new IOException(
          "DNS does not answer for " + name + (reason == null ? " in time" : ": " + reason), e);
    } catch (TimeoutException e) {
      throw new IOException("DNS does not answer for " + name + " in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while DNS was asked for " + name, e);
    }
  }
}
