package io.forebay.kubernetes.csi;

import io.forebay.cli.Bridge;
import io.forebay.cli.ClientFiles;
import io.forebay.cli.ConnectionOptions;
import io.forebay.fuse.mount.MountRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Mounts data sets in the background, in processes that outlive this one.
 *
 * @param connection whom volumes ask that name no server
 * @param tokens where tokens of volumes are
 * @param log of the processes
 */
record Mounter(ConnectionOptions connection, Tokens tokens, Path log) {

  /**
   * Mounts, and returns when it can be read.
   *
   * @param point an existing directory
   * @throws IOException why it was not mounted
   */
  void mount(Volume volume, Path point) throws IOException, InterruptedException {
    MountRequest request = new MountRequest(volume.dataSet(), point, volume.options());
    new Bridge(Optional.empty(), connectionOf(volume)).mount(request, Optional.of(log));
  }

  private ConnectionOptions connectionOf(Volume volume) throws IOException {
    Map<String, String> options = new TreeMap<>(connection.options());
    options.putAll(volume.secrets());
    options.remove(Tokens.SECRET);
    Map<String, Path> files = new TreeMap<>(connection.security().files());
    tokens.write(volume).ifPresent(file -> files.put(ClientFiles.TOKEN, file));
    boolean own = volume.servers().isEmpty();
    return new ConnectionOptions(
        own ? connection.node() : Optional.empty(),
        own ? connection.servers() : volume.servers(),
        options,
        new ClientFiles(files));
  }
}
