package io.forebay.samples.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A cache server in a process of its own, as on a node. */
final class ServerProcess {

  private ServerProcess() {}

  /**
   * Starts a server, and returns when it can be reached.
   *
   * @param directory the server's own
   * @param member itself, as {@code name=host:port}
   * @param members all servers
   * @param quota the most that it keeps
   */
  static ForebayProcess start(
      Path directory, String member, List<String> members, Bucket bucket, String quota)
      throws IOException {
    String name = member.substring(0, member.indexOf('='));
    String address = member.substring(name.length() + 1);
    Files.createDirectories(directory);
    Path credentials = directory.resolve("credentials.properties");
    Files.writeString(
        credentials,
        "accessKeyId=" + Bucket.KEY_ID + "\naccessKeySecret=" + bucket.secret() + "\n");
    Path config = directory.resolve("server.properties");
    Files.writeString(
        config,
        String.join(
            "\n",
            "name = " + name,
            "directory = " + directory,
            "quota = " + quota,
            "listen.tcp = " + address,
            "listen.admin = 127.0.0.1:0",
            "members = " + String.join(", ", members),
            dataSet(Bucket.DATA_SET, Bucket.NAME, bucket, credentials),
            dataSet(Bucket.OTHERS, Bucket.OTHERS, bucket, credentials)));
    return ForebayProcess.start(
        "cache server " + name,
        directory.resolve("server.log"),
        "serving at",
        List.of("serve", "--config", config.toString()));
  }

  private static String dataSet(String name, String root, Bucket bucket, Path credentials) {
    String key = "dataset." + name;
    return String.join(
        "\n",
        key + ".root = oss://" + root,
        key + ".fs.oss.endpoint = " + bucket.server().endpoint(),
        key + ".fs.oss.credentials.file = " + credentials,
        "");
  }
}
