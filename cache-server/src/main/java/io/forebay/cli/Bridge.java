package io.forebay.cli;

import io.forebay.DataSet;
import io.forebay.Forebay;
import io.forebay.fuse.mount.Call;
import io.forebay.fuse.mount.CannotResumeException;
import io.forebay.fuse.mount.Daemon;
import io.forebay.fuse.mount.Keeper;
import io.forebay.fuse.mount.Mount;
import io.forebay.fuse.mount.MountOptions;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What serves a mount: the main class of a {@link Keeper}'s children. Whoever reads waits while it
 * starts, so it takes its arguments as they come, without a library.
 *
 * @param dataSet its name or root
 * @param point where it is mounted
 * @param options of the mount
 * @param cache directory of a cache in this process; empty for one that asks a server
 * @param connection whom it asks
 */
record Bridge(
    String dataSet, Path point, String options, Optional<Path> cache, Connection connection) {

  /** The arguments of {@link #main} behind the first. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    arguments.add(dataSet);
    arguments.add(point.toString());
    arguments.add(options);
    arguments.add(cache.map(Path::toString).orElse(""));
    arguments.add(connection.node().map(Path::toString).orElse(""));
    arguments.add(String.join(",", connection.servers()));
    return arguments;
  }

  /** What {@link #main} reads at its standard input: options, with keys among them. */
  String input() {
    return connection.options().entrySet().stream()
        .map(option -> encoded(option.getKey()) + "=" + encoded(option.getValue()))
        .collect(Collectors.joining("&"));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static Bridge parse(List<String> arguments, String input) {
    Map<String, String> options = new TreeMap<>();
    for (String option : input.isEmpty() ? new String[0] : input.split("&", -1)) {
      int equals = option.indexOf('=');
      options.put(decoded(option.substring(0, equals)), decoded(option.substring(equals + 1)));
    }
    String servers = arguments.get(5);
    return new Bridge(
        arguments.get(0),
        Path.of(arguments.get(1)),
        arguments.get(2),
        path(arguments.get(3)),
        new Connection(
            path(arguments.get(4)),
            servers.isEmpty() ? List.of() : List.of(servers.split(",", -1)),
            options));
  }

  private static Optional<Path> path(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
  }

  /**
   * @param arguments what the keeper holds, or the directory for a rehearsal; and a bridge's
   */
  public static void main(String[] arguments) {
    List<String> all = List.of(arguments);
    Bridge bridge = parse(all.subList(1, all.size()), Call.input());
    String first = all.get(0);
    if (first.startsWith("/")) {
      System.exit(bridge.rehearse(Path.of(first)));
    }
    Call call = Call.listen();
    Mount.prepare();
    System.exit(bridge.serve(Keeper.Held.parse(first), call));
  }

  private int rehearse(Path directory) {
    try (Forebay forebay = builder().open()) {
      Mount.rehearse(forebay.dataSet(dataSet), directory, MountOptions.parse(options));
      return 0;
    } catch (IOException | RuntimeException | InterruptedException e) {
      return 1; // nothing is lost
    }
  }

  private int serve(Keeper.Held held, Call call) {
    try {
      if (cache.isPresent()) {
        call.await(); // a cache in this process is its alone, so only who serves may open it
      }
      return serveWhenCalled(held, call);
    } catch (CannotResumeException e) {
      return Keeper.CANNOT_RESUME;
    } catch (InterruptedException e) {
      return 1;
    }
  }

  private int serveWhenCalled(Keeper.Held held, Call call)
      throws CannotResumeException, InterruptedException {
    // A mount goes on before the node's maps are open, and somewhat slower until then.
    try (Forebay forebay = builder().withoutWaiting().open()) {
      DataSet mounted = forebay.dataSet(dataSet);
      if (cache.isEmpty()) { // or it is called already
        System.gc(); // it may wait for days, and most of what the start took is garbage
      }
      call.await();
      try (Mount mount = Mount.serve(mounted, point, MountOptions.parse(options), held)) {
        if (!mount.isResumed()) {
          System.out.println(dataSet + " is mounted on " + mount.point());
        }
        mount.whenChecked(Daemon::mounted);
        mount.await();
        return 0;
      }
    } catch (CannotResumeException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      call.await(); // one that is not needed says nothing
      System.err.println("forebay: " + e.getMessage());
      return 1;
    }
  }

  private Forebay.Builder builder() throws IOException {
    return cache.isPresent() ? connection.embedded(cache.get()) : connection.builder();
  }
}
