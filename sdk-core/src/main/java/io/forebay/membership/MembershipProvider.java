package io.forebay.membership;

import java.io.IOException;
import java.net.URI;
import java.util.Set;

/** Finds the members of clusters by sources of some URI schemes. Found by ServiceLoader. */
public interface MembershipProvider {

  /** In lower case, such as {@code file}. */
  Set<String> schemes();

  /**
   * Finds the members, and follows their changes until it is closed.
   *
   * @param source a URI of one of the schemes
   * @throws IOException when the source cannot be read now; it may be later
   * @throws IllegalArgumentException for a bad source, or one that names no member
   */
  Membership open(URI source) throws IOException;
}
