package io.forebay.server.admin;

import io.forebay.server.access.Grant;
import io.forebay.server.access.Role;
import io.forebay.server.access.TokenKey;
import java.nio.file.AccessDeniedException;
import java.time.Instant;
import java.util.Optional;

/**
 * Decides who may do what over HTTP. The admin token permits everything. A server with a key of
 * tokens asks for one of those otherwise, and one without shows names and numbers to everybody.
 */
record Authorization(AdminToken adminToken, Optional<TokenKey> tokens) {

  /** What only the admin token permits: it gives the rights of the server's own user. */
  void requireOwner(AdminRequest request, String path) throws AccessDeniedException {
    if (!adminToken.matches(request.token())) {
      throw new AccessDeniedException(
          path,
          null,
          "only root and the server's user may do this; run the command as one of them with --node"
              + " DIRECTORY");
    }
  }

  /**
   * @param dataSet that it is about; {@link Grant#ALL} for more than one
   */
  void require(AdminRequest request, String path, String dataSet, Role role)
      throws AccessDeniedException {
    if (adminToken.matches(request.token()) || (tokens.isEmpty() && role == Role.READ)) {
      return;
    }
    if (tokens.isEmpty()) {
      requireOwner(request, path);
    } else if (request.token() == null) {
      throw Grant.missing(dataSet, role);
    } else {
      tokens.get().verify(request.token()).require(dataSet, role, Instant.now());
    }
  }
}
