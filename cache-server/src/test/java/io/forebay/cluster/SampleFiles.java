package io.forebay.cluster;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Files whose names and bytes every process can compute. One in eight is large enough to be sent by
 * sendfile.
 */
record SampleFiles(int count) {

  List<String> paths() {
    return IntStream.range(0, count).mapToObj(i -> "dir" + i % 7 + "/file-" + i).toList();
  }

  byte[] content(String path) {
    int number = Integer.parseInt(path.substring(path.lastIndexOf('-') + 1));
    byte[] content = new byte[(number % 8 == 0 ? 700_000 : 20_000) + number];
    new Random(path.hashCode()).nextBytes(content);
    return content;
  }
}
