package io.forebay.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The bytes of each message of this protocol version, as they were when the version was made. */
class GoldenFramesTest {

  private static final String FILE = "frames-v" + Codec.VERSION + ".txt";

  private static final Pattern TYPE_ROW = Pattern.compile("(?m)^\\| (\\d+) \\| `([A-Z_]+)` \\|");

  private static Map<String, String> golden() throws IOException {
    try (InputStream in = GoldenFramesTest.class.getResourceAsStream(FILE)) {
      if (in == null) {
        return fail("there is no " + FILE + "; with comments added, it would be\n" + present());
      }
      Map<String, String> golden = new LinkedHashMap<>();
      new String(in.readAllBytes(), UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(line -> line.split(": ", 2))
          .forEach(line -> assertThat(golden.put(line[0], line[1])).as(line[0]).isNull());
      return golden;
    }
  }

  /** The lines of a file for the layout as it is. */
  private static String present() {
    return GoldenMessages.all().entrySet().stream()
        .map(each -> each.getKey() + ": " + hex(each.getValue()))
        .collect(Collectors.joining("\n"));
  }

  private static String hex(Message message) {
    return HexFormat.of().formatHex(GoldenMessages.frame(message));
  }

  @Test
  void thereIsAFrameForEachMessageOfThisTest() throws IOException {
    assertThat(golden().keySet()).isEqualTo(GoldenMessages.all().keySet());
  }

  @Test
  void everyKindOfMessageHasAFrame() {
    assertThat(GoldenMessages.all().values().stream().map(Object::getClass))
        .containsAll(Arrays.asList(Message.class.getPermittedSubclasses()));
  }

  @TestFactory
  Iterable<DynamicTest> theBytesOfAMessageAreThoseOfItsFrame() throws IOException {
    Map<String, Message> messages = GoldenMessages.all();
    return golden().entrySet().stream()
        .filter(frame -> messages.containsKey(frame.getKey()))
        .map(
            frame ->
                DynamicTest.dynamicTest(
                    frame.getKey(), () -> check(frame.getValue(), messages.get(frame.getKey()))))
        .toList();
  }

  private static void check(String frame, Message message) throws MalformedFrameException {
    assertThat(hex(message))
        .as("another layout needs another Codec.VERSION, with a file of frames of its own")
        .isEqualTo(frame);
    ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex(frame));
    int length = bytes.getInt();
    assertThat(length).isEqualTo(bytes.remaining());
    assertThat(Codec.decode(bytes, length))
        .isEqualTo(new Codec.Frame(GoldenMessages.REQUEST_ID, message));
    if (message instanceof Message.Data data) {
      assertThat(bytes.slice()).isEqualTo(ByteBuffer.wrap(GoldenMessages.CONTENT));
      ByteBuffer header = ByteBuffer.allocate(Codec.DATA_HEADER_BYTES);
      Codec.putDataHeader(header, GoldenMessages.REQUEST_ID, data);
      assertThat(frame).startsWith(HexFormat.of().formatHex(header.array()));
    }
  }

  @Test
  void theDocumentHasTheNumbersOfTypesAndErrors() throws IOException {
    TreeSet<String> used = new TreeSet<>();
    GoldenMessages.all()
        .forEach(
            (name, message) ->
                used.add(
                    GoldenMessages.frame(message)[Integer.BYTES]
                        + " "
                        + name.replaceFirst("\\..*", "")));
    for (ErrorCode code : ErrorCode.values()) {
      used.add(code.number() + " " + code);
    }
    TreeSet<String> documented = new TreeSet<>();
    String document = Files.readString(Path.of("../docs/protocol.md"));
    for (Matcher row = TYPE_ROW.matcher(document); row.find(); ) {
      documented.add(row.group(1) + " " + row.group(2));
    }
    assertThat(documented).isEqualTo(used);
    assertThat(document).contains("version " + Codec.VERSION).contains(FILE);
  }
}
