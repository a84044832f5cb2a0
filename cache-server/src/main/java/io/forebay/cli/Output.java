package io.forebay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import picocli.CommandLine.Option;

/** How a command prints what it found. */
final class Output {

  enum Format {
    table,
    json,
    yaml
  }

  /** Prints for people. */
  @FunctionalInterface
  interface Table {
    void print(JsonNode found, PrintWriter out) throws IOException;
  }

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Format format;

  /**
   * @param json what was found
   */
  void print(String json, PrintWriter out, Table table) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    switch (format) {
      case json -> out.print(json);
      case yaml ->
          out.print(
              new Dump(DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build())
                  .dumpToString(mapper.readValue(json, Object.class)));
      case table -> table.print(mapper.readTree(json), out);
    }
    out.flush();
  }
}
