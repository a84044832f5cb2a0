package io.forebay.read;

import io.forebay.Origin;
import io.forebay.file.FileId;
import io.forebay.placement.View;
import io.forebay.wire.Access;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What a real client asks for a file, without asking it. */
public final class RealCandidates implements AutoCloseable {

  private final Servers servers;

  public RealCandidates(View view, String own) {
    servers =
        new Servers(
            view, own, Optional.empty(), Optional.empty(), Access.OPEN, Duration.ofSeconds(1));
  }

  /**
   * @param address of the server
   */
  public record Asked(String address, Origin origin, boolean owner) {}

  public List<Asked> of(FileId id, int replicas) {
    return servers.candidates(id, 0, replicas).stream()
        .map(c -> new Asked(c.server().address().toString(), c.origin(), c.owner()))
        .toList();
  }

  @Override
  public void close() {
    servers.close();
  }
}
