package io.forebay.fill;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * On whose behalf bytes are fetched, and for how long they are wanted. Clients take turns at the
 * under-store. When a request is withdrawn, what is fetched for nobody else ends. Thread-safe.
 */
public final class Asker {

  /** This node itself, which goes on wanting what it asks for. */
  public static final Asker NODE = new Asker("this node", true);

  private final Object client;
  private final boolean lasting;
  private final Set<Fill> wanted = Collections.newSetFromMap(new IdentityHashMap<>());
  private volatile boolean withdrawn;

  /**
   * One request of a client.
   *
   * @param client equal for all requests that share one turn
   */
  public Asker(Object client) {
    this(client, false);
  }

  private Asker(Object client, boolean lasting) {
    this.client = client;
    this.lasting = lasting;
  }

  Object client() {
    return client;
  }

  /** Takes an interest in a block, unless the request is withdrawn. */
  void want(Fill fill) {
    synchronized (this) {
      if (withdrawn || (!lasting && !wanted.add(fill))) {
        return;
      }
    }
    fill.wanted();
  }

  /** Nobody waits for the answer any more. Readers that do are woken, and fail. */
  public void withdraw() {
    List<Fill> left;
    synchronized (this) {
      withdrawn = true;
      left = List.copyOf(wanted);
      wanted.clear();
    }
    left.forEach(Fill::unwanted);
  }

  boolean hasWithdrawn() {
    return withdrawn;
  }
}
