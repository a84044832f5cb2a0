package io.forebay.kubernetes.image;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * An image in a file, as {@code docker save} writes it: {@code docker load}, {@code ctr images
 * import}, {@code podman load}, {@code skopeo copy docker-archive:} and {@code kind load
 * image-archive} read it.
 *
 * @param name with its tag, such as {@code forebay:0.1.0}
 * @param entrypoint the command of its containers
 * @param user a number, so that Kubernetes can tell that it is not root
 * @param environment variables of its containers
 * @see <a href="https://github.com/moby/docker-image-spec/blob/main/v1.2.md">the format</a>
 */
public record ImageArchive(
    String name, List<String> entrypoint, String user, Map<String, String> environment) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Of the layers and of the archive: the same content is to be the same image. */
  private static final String CREATED = "1970-01-01T00:00:00Z";

  /** Java's names of processors and the images'. */
  private static final Map<String, String> ARCHITECTURES =
      Map.of("amd64", "amd64", "x86_64", "amd64", "aarch64", "arm64");

  /** Writes the archive. What was there is replaced when it is complete. */
  public void write(Path archive, List<Layer> layers) throws IOException {
    Path directory = Files.createTempDirectory("forebay-image-");
    Path unfinished = archive.resolveSibling(archive.getFileName() + ".new");
    List<Path> temporary = new ArrayList<>();
    try {
      List<String> digests = new ArrayList<>();
      for (Layer layer : layers) {
        Path file = directory.resolve("layer-" + temporary.size());
        temporary.add(file);
        digests.add(write(layer, file));
      }
      byte[] config = JSON.writeValueAsBytes(config(digests));
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(unfinished));
          TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        for (int i = 0; i < digests.size(); i++) {
          try (InputStream layer = Files.newInputStream(temporary.get(i))) {
            put(tar, layerName(digests.get(i)), Files.size(temporary.get(i)), layer);
          }
        }
        String configName = HexFormat.of().formatHex(sha256().digest(config)) + ".json";
        put(tar, configName, config);
        put(tar, "manifest.json", JSON.writeValueAsBytes(manifest(configName, digests)));
      }
      Files.move(unfinished, archive, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(unfinished);
      for (Path file : temporary) {
        Files.deleteIfExists(file);
      }
      Files.delete(directory);
    }
  }

  /**
   * @return its SHA-256
   */
  private static String write(Layer layer, Path file) throws IOException {
    MessageDigest digest = sha256();
    try (OutputStream out =
        new DigestOutputStream(new BufferedOutputStream(Files.newOutputStream(file)), digest)) {
      layer.writeTo(out);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private Map<String, Object> config(List<String> digests) {
    String machine = System.getProperty("os.arch");
    return Map.of(
        "architecture",
        ARCHITECTURES.getOrDefault(machine, machine),
        "os",
        "linux",
        "created",
        CREATED,
        "config",
        Map.of(
            "Entrypoint",
            entrypoint,
            "User",
            user,
            "Env",
            environment.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList()),
        "rootfs",
        Map.of("type", "layers", "diff_ids", digests.stream().map(d -> "sha256:" + d).toList()),
        "history",
        digests.stream().map(digest -> Map.of("created", CREATED)).toList());
  }

  private List<Map<String, Object>> manifest(String config, List<String> digests) {
    return List.of(
        Map.of(
            "Config",
            config,
            "RepoTags",
            List.of(name),
            "Layers",
            digests.stream().map(ImageArchive::layerName).toList()));
  }

  private static String layerName(String digest) {
    return digest + "/layer.tar";
  }

  private static void put(TarArchiveOutputStream tar, String name, byte[] content)
      throws IOException {
    put(tar, name, content.length, new ByteArrayInputStream(content));
  }

  private static void put(TarArchiveOutputStream tar, String name, long size, InputStream content)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(size);
    entry.setModTime(0);
    tar.putArchiveEntry(entry);
    content.transferTo(tar);
    tar.closeArchiveEntry();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java platform has it
    }
  }
}
