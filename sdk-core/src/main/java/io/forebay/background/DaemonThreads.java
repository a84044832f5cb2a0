package io.forebay.background;

import java.util.concurrent.ThreadFactory;

/** Threads of executors that do not keep a process from ending. */
public final class DaemonThreads {

  private DaemonThreads() {}

  /** Makes threads that all have one name, by which dumps and logs tell what they are for. */
  public static ThreadFactory named(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }
}
