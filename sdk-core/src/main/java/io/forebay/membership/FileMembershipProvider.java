package io.forebay.membership;

import io.forebay.background.DaemonThreads;
import io.forebay.config.TextFile;
import io.forebay.placement.View;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that lists members, one in each line ({@link io.forebay.placement.Member#parse}), and is
 * looked at every second. A change is used when two looks find the same, because a file may be read
 * while it is written. A file that cannot be read, or names no member, changes nothing.
 */
public final class FileMembershipProvider implements MembershipProvider {

  private static final Logger log = LoggerFactory.getLogger(FileMembershipProvider.class);

  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final Duration interval;

  public FileMembershipProvider() {
    this(INTERVAL);
  }

  /**
   * @param interval between two looks at the file
   */
  FileMembershipProvider(Duration interval) {
    this.interval = interval;
  }

  @Override
  public Set<String> schemes() {
    return Set.of("file");
  }

  @Override
  public Membership open(URI source) throws IOException {
    Path file = Path.of(source);
    String text = TextFile.read(file);
    ScheduledExecutorService clock =
        Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("forebay-members"));
    ChangingMembership membership =
        new ChangingMembership(
            parse(file, text),
            () -> {}, // the next look is soon enough
            clock::shutdownNow);
    clock.scheduleWithFixedDelay(
        new Look(file, membership, text),
        interval.toMillis(),
        interval.toMillis(),
        TimeUnit.MILLISECONDS);
    return membership;
  }

  private static View parse(Path file, String text) {
    View view;
    try {
      view = View.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
    if (view.members().isEmpty()) {
      throw new IllegalArgumentException(file + ": names no member; write one in each line");
    }
    return view;
  }

  /** Used by one thread. */
  private static final class Look implements Runnable {

    private final Path file;
    private final ChangingMembership membership;
    private Optional<String> known;
    private Optional<String> seen;

    Look(Path file, ChangingMembership membership, String known) {
      this.file = file;
      this.membership = membership;
      this.known = Optional.of(known);
      this.seen = this.known;
    }

    @Override
    public void run() {
      Optional<String> text = read();
      boolean stays = text.equals(seen);
      seen = text;
      if (!stays || text.equals(known)) {
        return;
      }
      known = text; // it is used now, or the log says why not, once
      if (text.isEmpty()) {
        log.warn("{} cannot be read; the members stay as they are", file);
        return;
      }
      try {
        membership.change(parse(file, text.get()));
      } catch (RuntimeException e) {
        log.warn("the members stay as they are: {}", e.getMessage());
      }
    }

    private Optional<String> read() {
      try {
        return Optional.of(TextFile.read(file));
      } catch (IOException e) {
        log.debug("cannot read {}", file, e);
        return Optional.empty();
      }
    }
  }
}
