package io.forebay.membership.etcd;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import io.forebay.placement.Member;
import io.forebay.placement.View;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The members' keys as of a revision. Used by one thread. */
final class EtcdMembers {

  private static final Logger log = LoggerFactory.getLogger(EtcdMembers.class);

  private final String prefix;
  private final Map<String, String> values = new TreeMap<>();
  private final TreeSet<String> warned = new TreeSet<>();
  private long revision;

  EtcdMembers(String prefix) {
    this.prefix = prefix;
  }

  /** Forgets all, for what etcd has. */
  void list(GetResponse response) {
    values.clear();
    response.getKvs().forEach(entry -> values.put(name(entry), text(entry.getValue())));
    revision = response.getHeader().getRevision();
  }

  /** Changes what the list did not have yet. */
  void apply(WatchResponse response) {
    for (WatchEvent event : response.getEvents()) {
      KeyValue entry = event.getKeyValue();
      if (entry.getModRevision() <= revision) {
        continue;
      }
      if (event.getEventType() == WatchEvent.EventType.DELETE) {
        values.remove(name(entry));
      } else {
        values.put(name(entry), text(entry.getValue()));
      }
    }
  }

  /** Whether there is a key of that name. */
  boolean has(String name) {
    return values.containsKey(name);
  }

  private String name(KeyValue entry) {
    return text(entry.getKey()).substring(prefix.length());
  }

  private static String text(ByteSequence bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  View view() {
    List<Member> members = new ArrayList<>();
    values.forEach(
        (name, value) -> {
          try {
            Member member = Member.parse(value);
            if (member.name().equals(name)) {
              members.add(member);
              return;
            }
            warn(name, value, "it has another name than its key");
          } catch (IllegalArgumentException e) {
            warn(name, value, e.getMessage());
          }
        });
    return new View(members);
  }

  private void warn(String name, String value, String reason) {
    if (warned.add(value)) {
      log.warn("the key {}{} in etcd is no member: {}", prefix, name, reason);
    }
  }
}
