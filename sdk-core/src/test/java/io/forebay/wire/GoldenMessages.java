package io.forebay.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.forebay.FileStatus;
import io.forebay.ReadOrder;
import io.forebay.Totals;
import io.forebay.file.FileId;
import io.forebay.plan.PlanUpdate;
import io.forebay.spec.Replicas;
import io.forebay.spec.SnapshotTolerance;
import io.forebay.understore.AnnouncedMount;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The messages whose frames are golden, by name; the file of frames has their values in words. */
final class GoldenMessages {

  /** Of every frame; its four bytes differ. */
  static final int REQUEST_ID = 0x01020304;

  /** What follows the header of DATA. */
  static final byte[] CONTENT = "abc".getBytes(US_ASCII);

  private static final String SNAPSHOT = "20260131-142536-789";
  private static final FileStatus FILE =
      FileStatus.file("train/é.jpg", 1_048_576, 1_769_869_536_789L, "5D41");
  private static final FileStatus DIRECTORY = FileStatus.directory("train/cats");
  private static final Item ITEM = new Item(FILE, 4096, 65_536);
  private static final Item WHOLE = Item.whole(FileStatus.file("empty", 0, -1, ""));

  /** One option and one withheld name, for the order of several has no meaning and may differ. */
  private static final AnnouncedMount MOUNT =
      new AnnouncedMount(
          "raw", URI.create("oss://bucket/x"), Map.of("region", "cn"), Set.of("token"), true);

  private GoldenMessages() {}

  static Map<String, Message> all() {
    Map<String, Message> all = new LinkedHashMap<>();
    putRequests(all);
    putAnswers(all);
    for (ErrorCode code : ErrorCode.values()) {
      all.put("FAILED." + code, new Message.Failed(code, code.name().toLowerCase(Locale.ROOT)));
    }
    return all;
  }

  private static void putRequests(Map<String, Message> all) {
    all.put("HELLO", new Message.Hello(Codec.VERSION));
    all.put("OPEN", new Message.Open("images"));
    all.put("STAT", new Message.Stat("images", "train/é.jpg"));
    all.put("LIST", new Message.ListDirectory("images", "train"));
    all.put("REFRESH", new Message.Refresh("images"));
    all.put("GET", new Message.Get("images", ReadOrder.FREE, Reach.CLUSTER, List.of(ITEM, WHOLE)));
    all.put("GET.strict", new Message.Get("images", ReadOrder.STRICT, Reach.CACHE, List.of(ITEM)));
    all.put("PREFETCH", new Message.Prefetch("images", List.of(FILE, DIRECTORY)));
    all.put("CANCEL", new Message.Cancel());
    FileId id = new FileId(0x0011223344556677L, 0x8899aabbccddeeffL);
    all.put("USED", new Message.Used(List.of(new Message.Use(id, 4096, 65_536))));
    all.put("MAPS_STUCK", new Message.MapsStuck("gen-1"));
    all.put("LOAD", new Message.Load("images", List.of(ITEM)));
    all.put("CHANGED", new Message.Changed("images", "train/é.jpg"));
    all.put(
        "SNAPSHOT", new Message.Snapshot("images", "", 60_000, new SnapshotTolerance(true, false)));
    all.put(
        "SNAPSHOT.byId",
        new Message.Snapshot("images", SNAPSHOT, 0, new SnapshotTolerance(false, true)));
    all.put("SNAPSHOT_PART", new Message.SnapshotPart("images", SNAPSHOT, 16_777_216, 65_536));
    List<PlanUpdate.Read> reads =
        List.of(
            new PlanUpdate.Read(7, 0x0011223344556677L),
            new PlanUpdate.Read(9, 0xfedcba9876543210L));
    all.put("PLAN", new Message.Plan("images", new PlanUpdate(0x1122334455667788L, 5, reads)));
    all.put(
        "READ_HERE",
        new Message.ReadHere("images", true, Optional.of(new Totals(3, 3_145_728)), List.of(FILE)));
    all.put(
        "READ_HERE.withoutTotals",
        new Message.ReadHere("images", false, Optional.empty(), List.of(FILE)));
    all.put("LOGIN", new Message.Login("header.claims.signature"));
    all.put("REPLICATE", new Message.Replicate("images", "train", 3));
  }

  private static void putAnswers(Map<String, Message> all) {
    all.put("WELCOME", new Message.Welcome(Codec.VERSION));
    all.put(
        "OPENED",
        new Message.Opened(
            "images",
            List.of(MOUNT),
            Replicas.of(1).with("train", 3),
            Optional.of(new Totals(3, 3_145_728))));
    all.put(
        "OPENED.withoutTotals",
        new Message.Opened("images", List.of(MOUNT), Replicas.ONE, Optional.empty()));
    all.put("STATUS", new Message.Status(FILE));
    all.put("LISTING", new Message.Listing(List.of(DIRECTORY, FILE), false));
    all.put("LISTING.last", new Message.Listing(List.of(), true));
    all.put("DATA", new Message.Data(1, CONTENT.length));
    all.put("ITEM_FAILED", new Message.ItemFailed(1, ErrorCode.STALE, "changed"));
    all.put("DONE", new Message.Done(0x0123456789abcdefL));
    all.put("LISTED", new Message.Listed(1_000));
    all.put("IN_USE", new Message.InUse(SNAPSHOT));
    all.put("WORKING", new Message.Working());
    all.put("PLANNED", new Message.Planned(true));
  }

  /** The whole frame, file bytes included. */
  static byte[] frame(Message message) {
    ByteBuffer header = Codec.encode(REQUEST_ID, message);
    int content = message instanceof Message.Data ? CONTENT.length : 0;
    byte[] frame = new byte[header.remaining() + content];
    int length = header.remaining();
    header.get(frame, 0, length);
    System.arraycopy(CONTENT, 0, frame, length, content);
    return frame;
  }
}
