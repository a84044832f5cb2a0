package io.forebay.membership.etcd;

import io.forebay.placement.Member;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server's key and the lease that it is on. Used by one thread. */
final class Registration {

  private static final Logger log = LoggerFactory.getLogger(Registration.class);

  /** etcd gives none such. */
  private static final long NO_LEASE = 0;

  private long lease = NO_LEASE;
  private String written = "";

  /**
   * Sees to it that the member is in etcd as it is now, and stays there for another while.
   *
   * @param there whether its key is there: somebody may have deleted it
   */
  void keep(EtcdSession session, Member self, boolean there)
      throws IOException, InterruptedException {
    String value = self.toString();
    boolean current = there && value.equals(written);
    if (lease != NO_LEASE) {
      if ((current || session.put(self.name(), value, lease)) && session.keepAlive(lease)) {
        written = value;
        return;
      }
      log.warn("server '{}' was away from etcd for too long; it registers again", self.name());
    }
    lease = session.grantLease();
    if (session.put(self.name(), value, lease)) {
      written = value;
    } else {
      lease = NO_LEASE; // it has run out already; the next time there is another one
    }
  }

  /** Removes the key. */
  void end(EtcdSession session) throws IOException, InterruptedException {
    if (lease != NO_LEASE) {
      session.revoke(lease);
      lease = NO_LEASE;
    }
  }
}
