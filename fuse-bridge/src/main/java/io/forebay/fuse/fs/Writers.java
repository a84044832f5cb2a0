package io.forebay.fuse.fs;

import io.forebay.fuse.protocol.Caller;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The processes that changed a {@link Draft} since it was last stored. The kernel tells of each
 * descriptor that is closed, also of the copy that a child process inherited and never used. Only
 * the close of a process that wrote stores the file; as long as nobody wrote, that of the process
 * that made it empty. Not thread-safe.
 */
final class Writers {

  /** By their threads. */
  private final Map<Caller, Integer> processes = new HashMap<>();

  private final Set<Integer> wrote = new HashSet<>();
  private final Set<Integer> emptied = new HashSet<>();

  void wrote(Caller caller) {
    wrote.add(processOf(caller));
  }

  void emptied(Caller caller) {
    emptied.add(processOf(caller));
  }

  /** What the kernel writes by itself, of mapped files, may be any process's. */
  boolean include(Caller caller) {
    Set<Integer> changed = wrote.isEmpty() ? emptied : wrote;
    return changed.contains(Caller.UNKNOWN) || changed.contains(processOf(caller));
  }

  void stored() {
    processes.clear();
    wrote.clear();
    emptied.clear();
  }

  /** Looking it up takes as long as a small write. */
  private int processOf(Caller caller) {
    return processes.computeIfAbsent(caller, Caller::process);
  }
}
