package io.forebay.fuse.mount;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What is mounted in the mount namespace of this process, at one moment.
 *
 * @param entries in the order of the kernel: at one place the last is on top
 */
public record MountTable(List<Entry> entries) {

  private static final Path FILE = Path.of("/proc/self/mountinfo");
  private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");

  public MountTable {
    entries = List.copyOf(entries);
  }

  /** Asks the kernel, and no mount: the processes of one may be gone or may answer nobody. */
  public static MountTable read() throws IOException {
    try (Stream<String> lines = Files.lines(FILE, ISO_8859_1)) {
      return new MountTable(lines.map(Entry::parse).toList());
    }
  }

  /** What a look at the path sees, if something is mounted there. */
  public Optional<Entry> top(Path path) {
    return entries.stream()
        .filter(entry -> entry.path.equals(path))
        .reduce((below, above) -> above);
  }

  /** All mounts of the same file system, such as bind mounts. */
  public List<Entry> of(String device) {
    return entries.stream().filter(entry -> entry.device.equals(device)).toList();
  }

  /**
   * A mount.
   *
   * @param path where it is mounted
   * @param device number of the file system; all its mounts have the same
   * @param root of the mount within the file system: not {@code /} if a directory was bound
   * @param type of the file system
   */
  public record Entry(Path path, String device, Path root, String type) {

    /**
     * @param line of /proc/PID/mountinfo, with a byte in each character
     */
    static Entry parse(String line) {
      String[] fields = line.split(" ", -1);
      String type = line.substring(line.indexOf(" - ") + 3).split(" ", 2)[0];
      return new Entry(
          Path.of(unescaped(fields[4])), fields[2], Path.of("/", unescaped(fields[3])), type);
    }

    /** Whether it is a mount of Forebay. */
    public boolean isOurs() {
      return type.startsWith("fuse.forebay");
    }

    /**
     * Whether all processes behind it are gone, so that the kernel refuses to ask. One that does
     * not answer in time is not dead: it may go on.
     */
    public boolean isDead() {
      return new MountPoint(path, device).isDead();
    }

    /**
     * The kernel writes space, tab, line feed and backslash as octal numbers.
     *
     * @param bytes one in each character
     */
    private static String unescaped(String bytes) {
      String plain =
          OCTAL
              .matcher(bytes)
              .replaceAll(
                  found ->
                      Matcher.quoteReplacement(
                          Character.toString(Integer.parseInt(found.group(1), 8))));
      return new String(plain.getBytes(ISO_8859_1), UTF_8);
    }
  }
}
