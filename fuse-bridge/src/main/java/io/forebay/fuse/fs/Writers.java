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
 * that made it empty. Pages of a mapping are written by the kernel, for it does not know whom; that
 * counts for the processes that opened the file, and not for their children. Not thread-safe.
 */
final class Writers {

  /** By their threads. */
  private final Map<Caller, Integer> processes = new HashMap<>();

  private final Set<Integer> openers = new HashSet<>();
  private final Set<Integer> wrote = new HashSet<>();
  private final Set<Integer> emptied = new HashSet<>();

  void opened(Caller caller) {
    openers.add(processOf(caller));
  }

  void wrote(Caller caller) {
    wrote.add(processOf(caller));
  }

  void truncated(Caller caller) {
    emptied.add(processOf(caller));
  }

  boolean include(Caller caller) {
    Set<Integer> changed = wrote.isEmpty() ? emptied : wrote;
    int process = processOf(caller);
    return changed.contains(process)
        || (changed.contains(Caller.UNKNOWN)
            && (openers.contains(process) || openers.contains(Caller.UNKNOWN)));
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
