package io.forebay.fuse.fs;

import io.forebay.fuse.journal.Journal;
import io.forebay.fuse.journal.JournalEntries;
import io.forebay.fuse.journal.PackedStatus;
import io.forebay.fuse.protocol.Capabilities;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a bridge before this one told the kernel, as far as its journal goes. Read by one thread;
 * then thread-safe.
 */
public final class RecoveredState implements JournalEntries {

  /** Requests whose effects are remembered: many more than can have been without a reply. */
  private static final int REQUESTS = 16_384;

  /** What a bridge did for one request. */
  private static final class Done {
    final List<Long> lookedUp = new ArrayList<>();
    boolean handled;
    boolean changing;
  }

  private final Map<Long, Inode> inodes = new TreeMap<>();
  private final Map<Long, Integer> backing = new HashMap<>();
  private final Map<Long, Done> done =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Done> eldest) {
          return size() > REQUESTS;
        }
      };
  private Optional<Capabilities> capabilities = Optional.empty();
  private Profile profile = Profile.PASSTHROUGH;
  private long highestNode;
  private int highestBacking;
  private int lastGivenBack;

  RecoveredState() {}

  /** Reads a journal, which may be empty. */
  public static RecoveredState from(Journal journal) throws IOException {
    RecoveredState recovered = new RecoveredState();
    journal.replay(recovered);
    return recovered;
  }

  @Override
  public void negotiated(int minor, int flags, String profile) {
    this.capabilities = Optional.of(Capabilities.of(minor, flags));
    this.profile = Profile.valueOf(profile);
  }

  @Override
  public void highest(long node, int backing) {
    highestNode = Math.max(highestNode, node);
    highestBacking = Math.max(highestBacking, backing);
  }

  @Override
  public void node(long id, long request, long lookups, byte[] packed) {
    highest(id, 0);
    int pathHash = PackedStatus.path(packed).hashCode();
    Inode inode = inodes.computeIfAbsent(id, i -> new Inode(i, packed, pathHash));
    inode.status(packed, pathHash);
    inode.lookups = lookups;
    lookedUp(id, request);
  }

  @Override
  public void lookups(long id, long request, long lookups) {
    if (lookups == 0) {
      inodes.remove(id);
    } else if (inodes.containsKey(id)) {
      inodes.get(id).lookups = lookups;
      lookedUp(id, request);
    }
  }

  private void lookedUp(long id, long request) {
    if (request != 0) {
      done.computeIfAbsent(request, r -> new Done()).lookedUp.add(id);
    }
  }

  @Override
  public void handles(long id, long request, int count, boolean passthrough) {
    Inode inode = inodes.get(id);
    if (inode != null) {
      inode.handles = count;
      inode.mode =
          count == 0
              ? Inode.Mode.CLOSED
              : passthrough ? Inode.Mode.PASSTHROUGH : Inode.Mode.ANSWERED;
    }
    if (request != 0) {
      done.computeIfAbsent(request, r -> new Done()).handled = true;
    }
  }

  @Override
  public void backing(long id, int number, String file) {
    highest(0, number);
    Inode inode = inodes.get(id);
    if (number != 0) {
      backing.put(id, number);
    } else if (backing.containsKey(id)) {
      lastGivenBack = backing.remove(id);
    }
    if (inode != null) {
      inode.backing = number == 0 ? null : new BackingFiles.Backing(Path.of(file), number);
    }
  }

  @Override
  public void changing(long request) {
    done.computeIfAbsent(request, r -> new Done()).changing = true;
  }

  /** What was agreed on; empty when there was no bridge before. */
  public Optional<Capabilities> capabilities() {
    return capabilities;
  }

  Profile profile() {
    return profile;
  }

  /** By ascending number. */
  Collection<Inode> inodes() {
    return Collections.unmodifiableCollection(inodes.values());
  }

  /** Backing files of nodes that were forgotten. */
  List<Integer> orphans() {
    return backing.entrySet().stream()
        .filter(entry -> !inodes.containsKey(entry.getKey()))
        .map(Map.Entry::getValue)
        .toList();
  }

  long highestNode() {
    return highestNode;
  }

  int highestBacking() {
    return highestBacking;
  }

  int lastGivenBack() {
    return lastGivenBack;
  }

  /** The nodes that were looked up for a request, whose reply was lost; once. */
  synchronized List<Long> takeLookedUp(long request) {
    Done what = done.remove(request);
    return what == null ? List.of() : what.lookedUp;
  }

  /** Whether a handle was opened or closed for a request, whose reply was lost; once. */
  synchronized boolean takeHandled(long request) {
    Done what = done.remove(request);
    return what != null && what.handled;
  }

  /** Whether names may have been changed for a request, whose reply was lost; once. */
  synchronized boolean takeChanging(long request) {
    Done what = done.remove(request);
    return what != null && what.changing;
  }
}
