package io.forebay.fuse.fs;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.control.CacheControl;
import io.forebay.fuse.protocol.Errno;
import io.forebay.fuse.protocol.Reply;
import io.forebay.fuse.protocol.Request;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * Extended attributes that tell where a file is, as getfattr(1) shows them. Requests begin with
 * {@code struct fuse_getxattr_in}: the size that there is room for, 0 to ask for it. Thread-safe.
 */
final class LocationXattrs {

  private static final String PREFIX = "user.forebay.";
  private static final int IN_BYTES = 8;
  private static final int OUT_BYTES = 8;

  private final DataSet dataSet;

  LocationXattrs(DataSet dataSet) {
    this.dataSet = dataSet;
  }

  /** One of them. */
  void get(FileStatus file, Request request, Reply reply) {
    String value = of(file).get(String.valueOf(request.nameAt(IN_BYTES)));
    if (value == null) {
      reply.error(Errno.ENODATA);
    } else {
      answer(value, request, reply);
    }
  }

  /** All names, each with a NUL behind. */
  void list(FileStatus file, Request request, Reply reply) {
    answer(String.join("", of(file).keySet().stream().map(k -> k + "\0").toList()), request, reply);
  }

  private static void answer(String text, Request request, Reply reply) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int room = request.intAt(0);
    if (room == 0) {
      reply.body(OUT_BYTES);
      reply.setInt(0, bytes.length);
    } else if (bytes.length > room) {
      reply.error(Errno.ERANGE);
    } else {
      reply.body(bytes.length);
      reply.setBytes(0, bytes);
    }
  }

  private Map<String, String> of(FileStatus file) {
    Map<String, String> all = new TreeMap<>();
    if (!file.directory()) {
      CacheControl.Place place = CacheControl.of(dataSet).place(file);
      all.put(PREFIX + "etag", file.etag());
      all.put(PREFIX + "resident", place.tier().isPresent() ? "yes" : "no");
      place.tier().ifPresent(tier -> all.put(PREFIX + "tier", tier.toString()));
      all.put(PREFIX + "owners", String.join(",", place.owners()));
    }
    return all;
  }
}
