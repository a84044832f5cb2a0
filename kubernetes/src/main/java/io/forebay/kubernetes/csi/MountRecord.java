package io.forebay.kubernetes.csi;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a driver that is started later has to know of a mount: how it is mounted again, and which
 * mounts in the folders of pods belong to it.
 *
 * @param volume id of the first that was mounted
 * @param secret whether secrets are needed to mount it, which are not recorded
 * @param point name of the directory on which it is mounted
 * @param device number of the file system that pods see; empty until there is one
 */
record MountRecord(
    String volume,
    String dataSet,
    List<String> servers,
    String options,
    boolean secret,
    String point,
    String device) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FILE = "mount.json";

  static MountRecord of(Volume volume, String point, String device) {
    return new MountRecord(
        volume.id(),
        volume.dataSet(),
        volume.servers(),
        volume.options(),
        !volume.secrets().isEmpty(),
        point,
        device);
  }

  /** Empty if there is none, or not a whole one: it is written again with the next pod. */
  static Optional<MountRecord> read(Path directory) {
    try {
      return Optional.of(JSON.readValue(directory.resolve(FILE).toFile(), MountRecord.class));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  MountRecord on(String device) {
    return new MountRecord(volume, dataSet, servers, options, secret, point, device);
  }

  void write(Path directory) throws IOException {
    Path complete = directory.resolve(FILE + ".new");
    JSON.writeValue(complete.toFile(), this);
    Files.move(complete, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
  }

  static void delete(Path directory) throws IOException {
    Files.deleteIfExists(directory.resolve(FILE));
    Files.deleteIfExists(directory.resolve(FILE + ".new"));
  }

  /** What to mount, without secrets. */
  Volume toVolume() {
    return new Volume(volume, dataSet, servers, options, Map.of());
  }
}
