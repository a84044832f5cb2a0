package io.forebay.fuse.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import org.junit.jupiter.api.Test;

class JournalTest {

  private static final int FORMAT = 8;

  @Test
  void aJournalOfAnotherFormatIsNotUnderstood() throws IOException {
    try (Journal journal = Journal.create()) {
      assertThat(journal.isUnderstood()).as("empty").isTrue();
      journal.negotiated(45, 0, "PASSTHROUGH");
      assertThat(journal.isUnderstood()).isTrue();
      try (RandomAccessFile memory = new RandomAccessFile("/proc/self/fd/" + journal.fd(), "rw")) {
        memory.seek(FORMAT);
        memory.writeLong(1);
      }
      assertThat(journal.isUnderstood()).isFalse();
    }
  }
}
