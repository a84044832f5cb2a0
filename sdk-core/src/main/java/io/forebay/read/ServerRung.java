package io.forebay.read;

import io.forebay.FileStatus;
import io.forebay.metadata.FileVersion;
import io.forebay.wire.Item;
import io.forebay.wire.ServerClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The servers that placement names for a file: its owner, then the next. */
public final class ServerRung implements Rung {

  private final String dataSet;
  private final Servers servers;

  public ServerRung(String dataSet, Servers servers) {
    this.dataSet = dataSet;
    this.servers = servers;
  }

  @Override
  public Optional<Origin> read(FileVersion file, long offset, ByteBuffer target)
      throws IOException {
    int start = target.position();
    IOException failure = null;
    for (ServerClient server : servers.candidates(file.id())) {
      try {
        server.read(dataSet, new Item(file.status(), offset, target.remaining()), target);
        return Optional.of(servers.origin(server));
      } catch (IOException e) {
        if (Ladder.isFinal(e)) {
          throw e;
        }
        target.position(start);
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
    return Optional.empty();
  }

  @Override
  public void prefetch(List<FileVersion> files) throws IOException {
    for (Map.Entry<ServerClient, List<FileVersion>> part : byServer(files).entrySet()) {
      List<FileStatus> statuses = part.getValue().stream().map(FileVersion::status).toList();
      part.getKey().prefetch(dataSet, statuses);
    }
  }

  /** Files by the server that has the best claim to each; those without a server are left out. */
  Map<ServerClient, List<FileVersion>> byServer(List<FileVersion> files) {
    Map<ServerClient, List<FileVersion>> parts = new LinkedHashMap<>();
    for (FileVersion file : files) {
      List<ServerClient> candidates = servers.candidates(file.id());
      if (!candidates.isEmpty()) {
        parts.computeIfAbsent(candidates.get(0), s -> new ArrayList<>()).add(file);
      }
    }
    return parts;
  }

  String dataSet() {
    return dataSet;
  }

  Origin origin(ServerClient server) {
    return servers.origin(server);
  }
}
