package io.forebay.cli;

import io.forebay.Forebay;
import io.forebay.fuse.hold.StoreSocket;
import io.forebay.fuse.mount.ChildJvm;
import io.forebay.fuse.mount.Keeper;
import io.forebay.fuse.mount.KeeperSocket;
import io.forebay.fuse.mount.Mount;
import io.forebay.fuse.mount.MountOptions;
import io.forebay.fuse.mount.MountServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The main class of a {@link Keeper} in the background and of its children, which serve mounts.
 * Readers wait while it starts, so it parses its arguments without a library.
 *
 * @param cache directory of a cache in this process; empty for one that asks a server
 * @param connection whom it asks
 * @param hold the descriptor store that has mounts outlive their keeper
 */
record Bridge(Optional<Path> cache, ConnectionOptions connection, Optional<StoreSocket> hold) {

  /** Of a server on the node, which a mount is to outlast when it reaches nobody else. */
  private static final Duration RESTART = Duration.ofSeconds(30);

  /** Those of {@link #arguments()}. */
  private static final int ARGUMENTS = 5;

  /** How it is started; options, with keys among them, are nothing that others may read. */
  ChildJvm child() {
    return new ChildJvm(Bridge.class.getName(), arguments(), encoded(connection.options()));
  }

  /** The last arguments of {@link #main}, which tell one client from another. */
  List<String> arguments() {
    return List.of(
        cache.map(Bridge::absolute).orElse(""),
        connection.node().map(Bridge::absolute).orElse(""),
        String.join(",", connection.servers()),
        encoded(
            connection.security().files().entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().toString()))),
        hold.map(StoreSocket::path).map(Bridge::absolute).orElse(""));
  }

  private static String absolute(Path path) {
    return path.toAbsolutePath().toString();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String encoded(Map<String, String> entries) {
    return new TreeMap<>(entries)
        .entrySet().stream()
            .map(entry -> encoded(entry.getKey()) + "=" + encoded(entry.getValue()))
            .collect(Collectors.joining("&"));
  }

  private static Map<String, String> entries(String text) {
    Map<String, String> entries = new TreeMap<>();
    for (String entry : text.isEmpty() ? new String[0] : text.split("&", -1)) {
      int equals = entry.indexOf('=');
      entries.put(decoded(entry.substring(0, equals)), decoded(entry.substring(equals + 1)));
    }
    return entries;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static Bridge parse(List<String> arguments, String input) {
    Map<String, Path> security = new TreeMap<>();
    entries(arguments.get(3)).forEach((variable, file) -> security.put(variable, Path.of(file)));
    String servers = arguments.get(2);
    return new Bridge(
        path(arguments.get(0)),
        new ConnectionOptions(
            path(arguments.get(1)),
            servers.isEmpty() ? List.of() : List.of(servers.split(",", -1)),
            entries(input),
            new ClientFiles(security)),
        path(arguments.get(4)).map(StoreSocket::new));
  }

  private static Optional<Path> path(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
  }

  /**
   * @param arguments a word; or a directory for a training run, a data set, and a mount's options;
   *     and a bridge's
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    List<String> all = List.of(arguments);
    List<String> own = all.subList(all.size() - ARGUMENTS, all.size());
    if (all.get(0).equals("keep")) {
      Bridge bridge = parse(own, inputLine());
      System.exit(
          Keeper.serve(new KeeperSocket(Path.of(all.get(1))), bridge.child(), bridge.hold()));
    }
    if (all.get(0).startsWith("/")) {
      System.exit(trainingRun(Path.of(all.get(0)), all.get(1), all.get(2), own));
    }
    // A mount goes on before the node's maps are open, and somewhat slower until then.
    System.exit(
        MountServer.run(
            input -> parse(own, input).builder().withoutWaiting().restartPatience(RESTART).open(),
            own.get(0).isEmpty()));
  }

  private static int trainingRun(
      Path directory, String dataSet, String options, List<String> arguments) {
    try (Forebay forebay = parse(arguments, inputLine()).training(directory).builder().open()) {
      Mount.trainingRun(forebay.dataSet(dataSet), directory, MountOptions.parse(options));
      return 0;
    } catch (IOException | RuntimeException | InterruptedException e) {
      return 1; // nothing is lost
    }
  }

  private Bridge training(Path directory) {
    return new Bridge(cache.map(mounts -> Mount.trainingCache(directory)), connection, hold);
  }

  private static String inputLine() throws IOException {
    return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
  }

  private Forebay.Builder builder() {
    return cache.isPresent() ? connection.embedded(cache.get()) : connection.builder();
  }
}
