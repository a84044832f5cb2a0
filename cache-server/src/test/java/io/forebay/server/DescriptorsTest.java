package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.Bucket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that may have fewer files open than it would like to. */
class DescriptorsTest {

  /** The class path of tests has some hundred libraries, each of which is an open file. */
  private static final int LIMIT = 384;

  private static final int READERS = 48;
  private static final int FILES = 600;

  @TempDir Path directory;

  @Test
  void descriptorsThatAreMissingCostNoReadAndNoFileOfTheCache() throws Exception {
    try (Bucket bucket = new Bucket();
        ServerProcess server =
            new ServerProcess(directory, bucket, "64MiB", "ulimit -n " + LIMIT)) {
      for (int i = 0; i < FILES; i++) {
        bucket.add("f" + i, 2_000);
      }
      server.readBy(
          READERS,
          (data, reader) -> {
            for (int i = 0; i < FILES; i++) {
              String path = "f" + (reader * FILES / READERS + i) % FILES;
              assertThat(Nodes.bytes(data.read(path))).isEqualTo(bucket.files().get(path));
            }
          });
      JsonNode status = new ObjectMapper().readTree(server.get("/status"));
      assertThat(status.get("tiers").get(0).get("state").asText()).isEqualTo("HEALTHY");
      assertThat(status.get("files").asInt()).isEqualTo(FILES);
      assertThat(server.get("/metrics"))
          .contains("process_files_open_files", "process_files_max_files " + LIMIT + ".0");
      assertThat(server.log()).content().doesNotContain("was dropped", "is FAILED");
    }
  }

  @Test
  void doctorSaysThatTheLimitIsTooLow() throws Exception {
    Process doctor =
        new ProcessBuilder(ServerProcess.limited("ulimit -n " + LIMIT, List.of(), "doctor"))
            .redirectErrorStream(true)
            .start();
    String said = new String(doctor.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(doctor.waitFor()).isEqualTo(1);
    assertThat(said).contains("WRONG  open files: a process may open " + LIMIT, "ulimit -n");
  }
}
