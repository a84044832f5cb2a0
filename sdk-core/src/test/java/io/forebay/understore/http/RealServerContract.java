package io.forebay.understore.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.samples.oss.OwnAddresses;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnderStoreContract;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The contract against the process of a real web server; each test has a directory of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RealServerContract extends UnderStoreContract {

  private final String address = OwnAddresses.host() + ":" + OwnAddresses.nextPort();
  private Path directory;
  private Process server;
  private int roots;

  /** The program, and the Debian package that has it. */
  abstract Path program();

  abstract String debianPackage();

  /**
   * The server's configuration.
   *
   * @param own a directory for its own files
   * @param served what it is to list
   */
  abstract String configuration(String address, Path own, Path served);

  abstract List<String> arguments(Path configuration);

  @BeforeAll
  final void start(@TempDir Path temporary) throws IOException {
    assumeThat(program())
        .as("%s is installed (Debian: %s)", program().getFileName(), debianPackage())
        .exists();
    // The server gives its rights away.
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
    directory = Files.createDirectory(temporary.resolve("served"));
    Path own = Files.createDirectory(temporary.resolve("own"));
    Path file = own.resolve("server.conf");
    Files.writeString(file, configuration(address, own, directory));
    List<String> command = new java.util.ArrayList<>(List.of(program().toString()));
    command.addAll(arguments(file));
    server =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(own.resolve("output").toFile())
            .start();
    URI uri = URI.create("http://" + address);
    await()
        .atMost(ONE_MINUTE)
        .ignoreExceptions()
        .until(
            () -> {
              assertThat(server.isAlive()).as(Files.readString(own.resolve("output"))).isTrue();
              new Socket(uri.getHost(), uri.getPort()).close();
              return true;
            });
  }

  @AfterAll
  final void stop() throws InterruptedException {
    if (server != null) {
      server.destroy();
      assertThat(server.waitFor(1, TimeUnit.MINUTES)).isTrue();
    }
  }

  @Override
  protected UnderStore create() throws IOException {
    String name = "root " + roots++;
    return new ServedDirectory(
        directory.resolve(name), URI.create("http://" + address + "/" + name.replace(" ", "%20")));
  }
}
