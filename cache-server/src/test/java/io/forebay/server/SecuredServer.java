package io.forebay.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.Forebay;
import io.forebay.Origin;
import io.forebay.samples.oss.OwnAddresses;
import io.forebay.tls.TlsFiles;
import io.forebay.wire.Address;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A server with settings of its security, over directories with the data sets a and b. */
final class SecuredServer implements AutoCloseable {

  /** Large enough to be sent in several frames. */
  static final int LARGE_BYTES = (9 << 20) + 1;

  private final CacheServer server;
  private final Path node;

  SecuredServer(Path directory, String... settings) throws Exception {
    this(directory, new Address.Tcp(OwnAddresses.host(), OwnAddresses.nextPort()), settings);
  }

  SecuredServer(Path directory, Address.Tcp address, String... settings) throws Exception {
    node = directory.resolve("node");
    List<String> lines =
        new ArrayList<>(
            List.of(
                "directory = " + node,
                "listen.unix = " + directory.resolve("s"),
                "listen.tcp = " + address,
                "listen.admin = 127.0.0.1:0"));
    for (String dataSet : List.of("a", "b")) {
      Path root = Files.createDirectories(directory.resolve("root-" + dataSet));
      Files.writeString(root.resolve("small"), "content of " + dataSet);
      Files.write(root.resolve("large"), large());
      lines.add("dataset." + dataSet + ".root = " + root.toUri());
    }
    lines.addAll(List.of(settings));
    Path file = Files.write(directory.resolve("forebay.properties"), lines);
    server = CacheServer.start(ServerConfig.load(file));
    assertThat(server.node().awaitMaps(Duration.ofMinutes(1))).isTrue();
  }

  /** The settings with which a server uses certificates. */
  static String[] tls(TlsFiles files, String... more) {
    List<String> settings =
        new ArrayList<>(
            List.of(
                "tls.certificate = " + files.identity().orElseThrow().certificate(),
                "tls.key = " + files.identity().orElseThrow().key(),
                "tls.trust = " + files.trust()));
    settings.addAll(List.of(more));
    return settings.toArray(String[]::new);
  }

  static byte[] large() {
    byte[] content = new byte[LARGE_BYTES];
    new Random(1).nextBytes(content);
    return content;
  }

  CacheServer server() {
    return server;
  }

  Path node() {
    return node;
  }

  /** Settings of a client of another node. */
  Forebay.Builder elsewhere() {
    return Forebay.builder().servers(server.address()).patience(Duration.ofMinutes(1));
  }

  /** Reads both files of a data set, and checks that the server sent them. */
  static void requireReads(Forebay client, String dataSet) throws IOException {
    long before = client.stats().reads(Origin.OTHER_SERVER);
    assertThat(text(client, dataSet)).isEqualTo("content of " + dataSet);
    for (int round = 0; round < 2; round++) { // when it arrives at the server, and from its disk
      ByteBuffer large = client.dataSet(dataSet).read("large");
      assertThat(large).isEqualTo(ByteBuffer.wrap(large()));
    }
    assertThat(client.stats().reads(Origin.OTHER_SERVER)).isGreaterThan(before);
  }

  static String text(Forebay client, String dataSet) throws IOException {
    return UTF_8.decode(client.dataSet(dataSet).read("small")).toString();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
