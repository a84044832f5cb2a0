package io.forebay.samples.quickstart;

import io.forebay.cli.ForebayCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A cache server in a process of its own, as on a node. */
final class ServerProcess implements AutoCloseable {

  private final Process process;

  /**
   * Starts a server, and returns when it can be reached.
   *
   * @param directory the server's own
   * @param address {@code host:port}
   * @param members all servers, as {@code name=host:port}
   */
  ServerProcess(Path directory, String name, String address, List<String> members, Bucket bucket)
      throws IOException {
    Files.createDirectories(directory);
    Path credentials = directory.resolve("credentials.properties");
    Files.writeString(
        credentials,
        "accessKeyId=" + Bucket.KEY_ID + "\naccessKeySecret=" + bucket.secret() + "\n");
    Path config = directory.resolve("server.properties");
    Files.writeString(
        config,
        String.join(
            "\n",
            "name = " + name,
            "directory = " + directory,
            "quota = 100GiB",
            "listen.tcp = " + address,
            "listen.admin = 127.0.0.1:0",
            "members = " + String.join(", ", members),
            "dataset.images.root = oss://" + Bucket.NAME,
            "dataset.images.fs.oss.endpoint = " + bucket.server().endpoint(),
            "dataset.images.fs.oss.credentials.file = " + credentials,
            ""));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // The flags that this JVM got from the launcher, for the shared maps.
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("--"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            ForebayCommand.class.getName(),
            "serve",
            "--config",
            config.toString()));
    Path log = directory.resolve("server.log");
    process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    // If this process dies, the servers must not stay.
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    String line = output.readLine();
    if (line == null || !line.startsWith("serving at")) {
      process.destroyForcibly();
      throw new IOException("cache server " + name + " did not start:\n" + Files.readString(log));
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
