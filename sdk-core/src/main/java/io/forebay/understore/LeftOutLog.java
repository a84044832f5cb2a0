package io.forebay.understore;

import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns of what a listing leaves out: of each path once, however often its directory is listed, and
 * of the first hundred only. Thread-safe.
 */
public final class LeftOutLog {

  private static final Logger log = LoggerFactory.getLogger(LeftOutLog.class);

  private static final int NAMED = 100;

  private final Set<String> named = new HashSet<>();

  /**
   * @param noun the path, with its store
   * @param why such as 'is a pipe'
   */
  public synchronized void leftOut(String noun, String why) {
    if (named.size() < NAMED && named.add(noun)) {
      log.warn(
          "skipping {}: it {}{}",
          noun.replaceAll("\\p{Cntrl}", "?"), // so that a name makes no lines of its own
          why,
          named.size() == NAMED ? "; further ones of this store are not logged" : "");
    }
  }
}
