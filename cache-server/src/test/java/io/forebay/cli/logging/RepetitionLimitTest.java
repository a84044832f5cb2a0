package io.forebay.cli.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RepetitionLimitTest {

  private final LoggerContext context = new LoggerContext();
  private final ListAppender<ILoggingEvent> written = new ListAppender<>();
  private final Logger log = context.getLogger("io.forebay.loop");
  private long nanos;

  @BeforeEach
  void limit() {
    context.addTurboFilter(new RepetitionLimit(() -> nanos));
    log.setLevel(Level.INFO);
    log.addAppender(written);
    written.start();
  }

  private List<String> lines() {
    return written.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  private void loop(int rounds) {
    for (int i = 0; i < rounds; i++) {
      log.warn("file {} cannot be read", i);
    }
  }

  @Test
  void aLoopWritesTwentyLinesAMinuteAndSaysHowManyWereLeftOut() {
    loop(1_000);
    assertThat(lines()).hasSize(RepetitionLimit.LINES + 1);
    assertThat(lines().getLast()).contains("suppressing more lines");

    nanos += TimeUnit.MINUTES.toNanos(1);
    loop(1);
    assertThat(lines()).hasSize(RepetitionLimit.LINES + 3).endsWith("file 0 cannot be read");
    assertThat(lines().get(RepetitionLimit.LINES + 1))
        .isEqualTo("suppressed 980 lines like the next one");
  }

  @Test
  void otherMessagesAreWrittenMeanwhile() {
    loop(1_000);
    log.info("a load begins");
    assertThat(lines()).endsWith("a load begins");
  }

  @Test
  void whatIsNotLoggedAtAllIsNotCounted() {
    for (int i = 0; i < 1_000; i++) {
      log.debug("file {} cannot be read", i);
    }
    loop(1);
    assertThat(lines()).containsExactly("file 0 cannot be read");
  }
}
