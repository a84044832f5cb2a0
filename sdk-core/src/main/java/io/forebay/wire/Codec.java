package io.forebay.wire;

import io.forebay.FileStatus;
import io.forebay.ReadOrder;
import io.forebay.Totals;
import io.forebay.file.FileId;
import io.forebay.plan.PlanUpdate;
import io.forebay.spec.Replicas;
import io.forebay.spec.SnapshotTolerance;
import io.forebay.understore.AnnouncedMount;
import java.net.URI;
import java.nio.BufferOverflowException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Layout of a frame, big-endian: length of what follows (u32), type (u8), request id (u32), body.
 * Strings are a u16 length and UTF-8; lists a u32 count. This class is the protocol's definition;
 * {@code docs/protocol.md} describes it for other languages, and {@code GoldenFramesTest} holds
 * both to the bytes of a version.
 */
public final class Codec {

  /**
   * Version that {@link Message.Hello} and {@link Message.Welcome} carry. Any other layout of any
   * frame is another version; those two and {@link Message.Failed} have the same layout in all.
   */
  public static final int VERSION = 9;

  /** Bytes of length, type and request id. */
  public static final int HEADER_BYTES = 9;

  /** Bytes of a data frame before the file's bytes. */
  public static final int DATA_HEADER_BYTES = HEADER_BYTES + Integer.BYTES;

  /** The largest request; larger ones are split by the client and refused by the server. */
  public static final int MAX_REQUEST_BYTES = 4 << 20;

  /** The largest reply, file bytes included. */
  public static final int MAX_REPLY_BYTES = 64 << 20;

  /** Sent in {@link Message.Hello} before the version, so that a stranger is told from a client. */
  private static final int MAGIC = 0x46524259; // FRBY

  private static final int TYPICAL_ITEM_BYTES = 160;

  private static final byte HELLO = 1;
  private static final byte OPEN = 2;
  private static final byte STAT = 3;
  private static final byte LIST = 4;
  private static final byte REFRESH = 5;
  private static final byte GET = 6;
  private static final byte PREFETCH = 7;
  private static final byte CANCEL = 8;
  private static final byte USED = 9;
  private static final byte MAPS_STUCK = 10;
  private static final byte LOAD = 11;
  private static final byte CHANGED = 12;
  private static final byte SNAPSHOT = 13;
  private static final byte SNAPSHOT_PART = 14;
  private static final byte PLAN = 15;
  private static final byte READ_HERE = 16;
  private static final byte LOGIN = 17;
  private static final byte REPLICATE = 18;
  private static final byte WELCOME = 33;
  private static final byte OPENED = 34;
  private static final byte STATUS = 35;
  private static final byte LISTING = 36;
  private static final byte DATA = 37;
  private static final byte ITEM_FAILED = 38;
  private static final byte DONE = 39;
  private static final byte FAILED = 40;
  private static final byte LISTED = 41;
  private static final byte IN_USE = 42;
  private static final byte WORKING = 43;
  private static final byte PLANNED = 44;

  private Codec() {}

  /**
   * A message and the request it belongs to.
   *
   * @param requestId chosen by the client, unique among its requests in flight
   */
  public record Frame(int requestId, Message message) {}

  /** Why a client and a server cannot talk. */
  public static String otherVersions(int client, int server) {
    return "the client uses protocol version " + client + ", the server uses version " + server;
  }

  /** Encodes a frame; of {@link Message.Data} only what comes before the file's bytes. */
  public static ByteBuffer encode(int requestId, Message message) {
    int items =
        message instanceof Message.Get get
            ? get.items().size()
            : message instanceof Message.Load load ? load.items().size() : 0;
    for (int capacity = 512 + items * TYPICAL_ITEM_BYTES; ; capacity *= 4) {
      try {
        ByteBuffer out = ByteBuffer.allocate(capacity);
        out.position(Integer.BYTES + 1).putInt(requestId);
        byte type = body(out, message);
        out.put(Integer.BYTES, type).flip();
        int fileBytes = message instanceof Message.Data data ? data.length() : 0;
        return out.putInt(0, out.limit() - Integer.BYTES + fileBytes);
      } catch (BufferOverflowException e) {
        // Most messages are small; for the others a second encoding is cheaper than sizing all.
      }
    }
  }

  /** Encodes the header of a data frame, {@link #DATA_HEADER_BYTES} bytes, into a buffer. */
  public static void putDataHeader(ByteBuffer out, int requestId, Message.Data data) {
    out.putInt(DATA_HEADER_BYTES - Integer.BYTES + data.length())
        .put(DATA)
        .putInt(requestId)
        .putInt(data.item());
  }

  private static byte body(ByteBuffer out, Message message) {
    if (message instanceof Message.Data m) {
      out.putInt(m.item());
      return DATA;
    } else if (message instanceof Message.Hello m) {
      out.putInt(MAGIC).putInt(m.version());
      return HELLO;
    } else if (message instanceof Message.Open m) {
      putText(out, m.nameOrRoot());
      return OPEN;
    } else if (message instanceof Message.Stat m) {
      putText(out, m.dataSet());
      putText(out, m.path());
      return STAT;
    } else if (message instanceof Message.ListDirectory m) {
      putText(out, m.dataSet());
      putText(out, m.directory());
      return LIST;
    } else if (message instanceof Message.Refresh m) {
      putText(out, m.dataSet());
      return REFRESH;
    } else if (message instanceof Message.Snapshot m) {
      putText(out, m.dataSet());
      putText(out, m.id());
      out.putLong(m.maxAgeMillis());
      out.put((byte) (m.acceptance().incomplete() ? 1 : 0));
      out.put((byte) (m.acceptance().shrunk() ? 1 : 0));
      return SNAPSHOT;
    } else if (message instanceof Message.SnapshotPart m) {
      putText(out, m.dataSet());
      putText(out, m.id());
      out.putLong(m.offset()).putInt(m.length());
      return SNAPSHOT_PART;
    } else if (message instanceof Message.Changed m) {
      putText(out, m.dataSet());
      putText(out, m.path());
      return CHANGED;
    } else if (message instanceof Message.Get m) {
      putText(out, m.dataSet());
      out.put((byte) (m.order() == ReadOrder.STRICT ? 0 : 1));
      out.put(m.reach().number());
      putItems(out, m.items());
      return GET;
    } else if (message instanceof Message.Load m) {
      putText(out, m.dataSet());
      putItems(out, m.items());
      return LOAD;
    } else if (message instanceof Message.Prefetch m) {
      putText(out, m.dataSet());
      putStatuses(out, m.files());
      return PREFETCH;
    } else if (message instanceof Message.ReadHere m) {
      putText(out, m.dataSet());
      out.put((byte) (m.again() ? 1 : 0));
      putTotals(out, m.all());
      putStatuses(out, m.files());
      return READ_HERE;
    } else if (message instanceof Message.Plan m) {
      putText(out, m.dataSet());
      out.putLong(m.update().job()).putLong(m.update().done());
      out.putInt(m.update().reads().size());
      m.update().reads().forEach(read -> out.putLong(read.position()).putLong(read.key()));
      return PLAN;
    } else if (message instanceof Message.Used m) {
      out.putInt(m.uses().size());
      for (Message.Use use : m.uses()) {
        out.put(use.id().toBytes()).putLong(use.offset()).putLong(use.bytes());
      }
      return USED;
    } else if (message instanceof Message.MapsStuck m) {
      putText(out, m.generation());
      return MAPS_STUCK;
    } else if (message instanceof Message.Replicate m) {
      putText(out, m.dataSet());
      putText(out, m.pattern());
      out.putInt(m.count());
      return REPLICATE;
    } else if (message instanceof Message.Cancel) {
      return CANCEL;
    } else if (message instanceof Message.Login m) {
      putText(out, m.token());
      return LOGIN;
    } else if (message instanceof Message.Welcome m) {
      out.putInt(m.version());
      return WELCOME;
    } else if (message instanceof Message.Opened m) {
      putText(out, m.name());
      out.putInt(m.mounts().size());
      for (AnnouncedMount mount : m.mounts()) {
        putMount(out, mount);
      }
      putReplicas(out, m.replicas());
      putTotals(out, m.totals());
      return OPENED;
    } else if (message instanceof Message.Status m) {
      putStatus(out, m.status());
      return STATUS;
    } else if (message instanceof Message.Listing m) {
      out.put((byte) (m.last() ? 1 : 0));
      putStatuses(out, m.entries());
      return LISTING;
    } else if (message instanceof Message.Listed m) {
      out.putLong(m.entries());
      return LISTED;
    } else if (message instanceof Message.InUse m) {
      putText(out, m.id());
      return IN_USE;
    } else if (message instanceof Message.ItemFailed m) {
      out.putInt(m.item()).put(m.code().number());
      putText(out, m.message());
      return ITEM_FAILED;
    } else if (message instanceof Message.Planned m) {
      out.put((byte) (m.unknown() ? 1 : 0));
      return PLANNED;
    } else if (message instanceof Message.Done m) {
      out.putLong(m.view());
      return DONE;
    } else if (message instanceof Message.Working) {
      return WORKING;
    } else if (message instanceof Message.Failed m) {
      out.put(m.code().number());
      putText(out, m.message());
      return FAILED;
    }
    throw new IllegalArgumentException("no frame type for " + message);
  }

  /** Whether the frame that starts behind the length, at the buffer's position, is data. */
  static boolean isData(ByteBuffer in) {
    return in.get(in.position()) == DATA;
  }

  /**
   * Decodes a frame.
   *
   * @param in from behind the length on; of a data frame at least the header. On return it stands
   *     behind what was decoded
   * @param length what the frame's length field said
   */
  public static Frame decode(ByteBuffer in, int length) throws MalformedFrameException {
    try {
      byte type = in.get();
      int requestId = in.getInt();
      Message message = message(type, in, length);
      if (type != DATA && in.hasRemaining()) {
        throw new MalformedFrameException(
            in.remaining() + " extra bytes in a frame of type " + type);
      }
      return new Frame(requestId, message);
    } catch (BufferUnderflowException e) {
      throw new MalformedFrameException("a frame of " + length + " bytes is too short");
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new MalformedFrameException("a frame with an invalid value: " + e.getMessage());
    }
  }

  private static Message message(byte type, ByteBuffer in, int length)
      throws MalformedFrameException {
    return switch (type) {
      case HELLO -> {
        int magic = in.getInt();
        if (magic != MAGIC) {
          throw new MalformedFrameException("the peer is not a Forebay client");
        }
        yield new Message.Hello(in.getInt());
      }
      case OPEN -> new Message.Open(text(in));
      case STAT -> new Message.Stat(text(in), text(in));
      case LIST -> new Message.ListDirectory(text(in), text(in));
      case REFRESH -> new Message.Refresh(text(in));
      case SNAPSHOT ->
          new Message.Snapshot(
              text(in),
              text(in),
              in.getLong(),
              new SnapshotTolerance(in.get() != 0, in.get() != 0));
      case SNAPSHOT_PART -> new Message.SnapshotPart(text(in), text(in), in.getLong(), in.getInt());
      case GET ->
          new Message.Get(
              text(in),
              in.get() == 0 ? ReadOrder.STRICT : ReadOrder.FREE,
              Reach.of(in.get()),
              items(in));
      case CHANGED -> new Message.Changed(text(in), text(in));
      case LOAD -> new Message.Load(text(in), items(in));
      case PREFETCH -> new Message.Prefetch(text(in), statuses(in));
      case PLAN -> new Message.Plan(text(in), plan(in));
      case READ_HERE -> new Message.ReadHere(text(in), in.get() != 0, totals(in), statuses(in));
      case USED -> used(in);
      case MAPS_STUCK -> new Message.MapsStuck(text(in));
      case REPLICATE -> new Message.Replicate(text(in), text(in), replicas(in.getInt()));
      case CANCEL -> new Message.Cancel();
      case LOGIN -> new Message.Login(text(in));
      case WELCOME -> new Message.Welcome(in.getInt());
      case OPENED -> new Message.Opened(text(in), mounts(in), replicas(in), totals(in));
      case STATUS -> new Message.Status(status(in));
      case LISTING -> {
        boolean last = in.get() != 0;
        yield new Message.Listing(statuses(in), last);
      }
      case LISTED -> new Message.Listed(in.getLong());
      case IN_USE -> new Message.InUse(text(in));
      case DATA -> new Message.Data(in.getInt(), length + Integer.BYTES - DATA_HEADER_BYTES);
      case ITEM_FAILED -> new Message.ItemFailed(in.getInt(), code(in), text(in));
      case DONE -> new Message.Done(in.getLong());
      case PLANNED -> new Message.Planned(in.get() != 0);
      case WORKING -> new Message.Working();
      case FAILED -> new Message.Failed(code(in), text(in));
      default -> throw new MalformedFrameException("unknown frame type " + type);
    };
  }

  private static void putReplicas(ByteBuffer out, Replicas replicas) {
    out.putInt(replicas.byPattern().size());
    replicas
        .byPattern()
        .forEach(
            (path, count) -> {
              putText(out, path);
              out.putInt(count);
            });
  }

  private static Replicas replicas(ByteBuffer in) throws MalformedFrameException {
    SortedMap<String, Integer> byPath = new TreeMap<>();
    for (int left = count(in); left > 0; left--) {
      byPath.put(text(in), replicas(in.getInt()));
    }
    return new Replicas(byPath);
  }

  private static int replicas(int count) throws MalformedFrameException {
    if (count < 1) {
      throw new MalformedFrameException(count + " replicas");
    }
    return count;
  }

  private static void putItems(ByteBuffer out, List<Item> items) {
    out.putInt(items.size());
    for (Item item : items) {
      putStatus(out, item.status());
      out.putLong(item.offset()).putLong(item.length());
    }
  }

  private static List<Item> items(ByteBuffer in) throws MalformedFrameException {
    int count = count(in);
    List<Item> items = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      FileStatus status = status(in);
      long offset = in.getLong();
      long itemLength = in.getLong();
      if (offset < 0 || itemLength < 0 || offset > status.size() - itemLength) {
        throw new MalformedFrameException(
            "range " + offset + "+" + itemLength + " is outside of " + status.path());
      }
      items.add(new Item(status, offset, itemLength));
    }
    return items;
  }

  private static void putMount(ByteBuffer out, AnnouncedMount mount) {
    putText(out, mount.path());
    putText(out, mount.root().toString());
    out.putInt(mount.options().size());
    for (Map.Entry<String, String> option : mount.options().entrySet()) {
      putText(out, option.getKey());
      putText(out, option.getValue());
    }
    out.putInt(mount.withheld().size());
    for (String option : mount.withheld()) {
      putText(out, option);
    }
    out.put((byte) (mount.readOnly() ? 1 : 0));
  }

  private static List<AnnouncedMount> mounts(ByteBuffer in) throws MalformedFrameException {
    int count = count(in);
    List<AnnouncedMount> mounts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      mounts.add(mount(in));
    }
    return mounts;
  }

  private static AnnouncedMount mount(ByteBuffer in) throws MalformedFrameException {
    String path = text(in);
    URI root = URI.create(text(in));
    Map<String, String> options = new HashMap<>();
    for (int left = count(in); left > 0; left--) {
      options.put(text(in), text(in));
    }
    Set<String> withheld = new HashSet<>();
    for (int left = count(in); left > 0; left--) {
      withheld.add(text(in));
    }
    return new AnnouncedMount(path, root, options, withheld, in.get() != 0);
  }

  private static void putTotals(ByteBuffer out, Optional<Totals> totals) {
    out.put((byte) (totals.isPresent() ? 1 : 0));
    totals.ifPresent(t -> out.putLong(t.files()).putLong(t.bytes()));
  }

  private static Optional<Totals> totals(ByteBuffer in) {
    return in.get() == 0 ? Optional.empty() : Optional.of(new Totals(in.getLong(), in.getLong()));
  }

  private static Message.Used used(ByteBuffer in) throws MalformedFrameException {
    int count = count(in);
    List<Message.Use> uses = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      uses.add(new Message.Use(FileId.read(in), in.getLong(), in.getLong()));
    }
    return new Message.Used(uses);
  }

  private static PlanUpdate plan(ByteBuffer in) throws MalformedFrameException {
    long job = in.getLong();
    long done = in.getLong();
    int count = count(in);
    List<PlanUpdate.Read> reads = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      reads.add(new PlanUpdate.Read(in.getLong(), in.getLong()));
    }
    return new PlanUpdate(job, done, reads);
  }

  private static ErrorCode code(ByteBuffer in) {
    return ErrorCode.of(in.get());
  }

  private static int count(ByteBuffer in) throws MalformedFrameException {
    int count = in.getInt();
    // Every element has at least a byte, so a larger count is a lie that must not size a list.
    if (count < 0 || count > in.remaining()) {
      throw new MalformedFrameException("invalid count " + count);
    }
    return count;
  }

  private static void putText(ByteBuffer out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(bytes.length, 0xffff);
    out.putShort((short) length).put(bytes, 0, length);
  }

  private static String text(ByteBuffer in) {
    byte[] bytes = new byte[in.getShort() & 0xffff];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static void putStatus(ByteBuffer out, FileStatus status) {
    putText(out, status.path());
    out.put((byte) (status.directory() ? 1 : 0))
        .putLong(status.size())
        .putLong(status.modifiedMillis());
    putText(out, status.etag());
  }

  private static FileStatus status(ByteBuffer in) throws MalformedFrameException {
    String path = text(in);
    boolean directory = in.get() != 0;
    long size = in.getLong();
    if (size < 0) {
      throw new MalformedFrameException("negative size of " + path);
    }
    return new FileStatus(path, directory, size, Instant.ofEpochMilli(in.getLong()), text(in));
  }

  private static void putStatuses(ByteBuffer out, Collection<FileStatus> statuses) {
    out.putInt(statuses.size());
    statuses.forEach(status -> putStatus(out, status));
  }

  private static List<FileStatus> statuses(ByteBuffer in) throws MalformedFrameException {
    int count = count(in);
    List<FileStatus> statuses = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      statuses.add(status(in));
    }
    return statuses;
  }
}
