package io.forebay.server;

import io.forebay.server.access.Grant;
import io.forebay.server.access.Role;
import io.forebay.server.access.TokenKey;
import io.forebay.wire.Message;
import java.nio.file.AccessDeniedException;
import java.time.Instant;
import java.util.Optional;

/** What the client of one connection may do. Used by the connection's event loop. */
final class ClientRights {

  private final Optional<TokenKey> key;
  private final Optional<Role> withoutToken;
  private Optional<Grant> grant = Optional.empty();

  /**
   * @param withoutToken empty for a client that needs a token for everything
   */
  ClientRights(Optional<TokenKey> key, Optional<Role> withoutToken) {
    this.key = key;
    this.withoutToken = withoutToken;
  }

  /** The client shows a token. A server without a key needs none, and looks at none. */
  void show(String token) throws AccessDeniedException {
    grant = Optional.empty();
    if (key.isPresent()) {
      Grant shown = key.get().verify(token);
      shown.require("", Role.READ, Instant.now());
      grant = Optional.of(shown);
    }
  }

  /** The names of data sets, as clients call them. */
  interface Names {
    String of(Message request);
  }

  /**
   * @throws AccessDeniedException with what to do
   */
  void require(Message request, Names names) throws AccessDeniedException {
    Role asked = asked(request);
    if (withoutToken.isPresent() && withoutToken.get().includes(asked)) {
      return;
    }
    String dataSet = names.of(request);
    if (grant.isPresent()) {
      grant.get().require(dataSet, asked, Instant.now());
    } else if (key.isPresent()) {
      throw Grant.missing(dataSet, asked);
    } else {
      throw new AccessDeniedException(
          dataSet,
          null,
          "only root, the server's user and its group may load files and change snapshots; run the"
              + " program as one of them");
    }
  }

  private static Role asked(Message request) {
    return switch (request) {
      case Message.Load load -> Role.OPERATE;
      case Message.Snapshot snapshot -> Role.OPERATE;
      case Message.MapsStuck stuck -> Role.OPERATE;
      case Message.Replicate replicate -> Role.OPERATE;
      default -> Role.READ;
    };
  }
}
