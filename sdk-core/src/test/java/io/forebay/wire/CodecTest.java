package io.forebay.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.FileStatus;
import io.forebay.ReadOrder;
import io.forebay.Totals;
import io.forebay.plan.PlanUpdate;
import io.forebay.spec.Replicas;
import io.forebay.spec.SnapshotTolerance;
import io.forebay.understore.AnnouncedMount;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class CodecTest {

  private static final List<AnnouncedMount> MOUNTS =
      List.of(
          new AnnouncedMount(
              "", URI.create("oss://bucket/x"), Map.of("k", "v", "l", ""), Set.of("s"), true),
          new AnnouncedMount("a/b", URI.create("file:/data"), Map.of(), Set.of(), false));

  @Property(tries = 500)
  void everyMessageSurvivesTheWire(@ForAll("messages") Message message, @ForAll int id)
      throws MalformedFrameException {
    ByteBuffer bytes = Codec.encode(id, message);
    int length = bytes.getInt();
    assertThat(length)
        .isEqualTo(bytes.remaining() + (message instanceof Message.Data d ? d.length() : 0));
    assertThat(Codec.decode(bytes, length)).isEqualTo(new Codec.Frame(id, message));
  }

  @Property(tries = 2_000)
  void anyBytesAreAMessageOrAClearError(@ForAll byte[] bytes) {
    try {
      Codec.decode(ByteBuffer.wrap(bytes), bytes.length);
    } catch (MalformedFrameException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  @Property(tries = 1_000)
  void aDamagedMessageIsAMessageOrAClearError(
      @ForAll("messages") Message message, @ForAll int where, @ForAll byte what) {
    ByteBuffer bytes = Codec.encode(1, message);
    int at = Integer.BYTES + Math.floorMod(where, bytes.limit() - Integer.BYTES);
    bytes.put(at, (byte) (bytes.get(at) ^ what));
    int length = bytes.getInt();
    try {
      Codec.decode(bytes, length);
    } catch (MalformedFrameException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  @Example
  void aCountThatCannotBeDoesNotAllocate() {
    ByteBuffer bytes = Codec.encode(1, new Message.Prefetch("d", List.of()));
    bytes.putInt(bytes.limit() - Integer.BYTES, Integer.MAX_VALUE);
    int length = bytes.getInt();
    assertThatThrownBy(() -> Codec.decode(bytes, length))
        .isInstanceOf(MalformedFrameException.class)
        .hasMessageContaining("count");
  }

  @Example
  void aRangeOutsideOfItsFileIsRefused() {
    FileStatus file = FileStatus.file("f", 10, 0, "e");
    for (Item item : List.of(new Item(file, 5, 6), new Item(file, -1, 2), new Item(file, 11, 0))) {
      ByteBuffer bytes =
          Codec.encode(1, new Message.Get("d", ReadOrder.FREE, Reach.CLUSTER, List.of(item)));
      int length = bytes.getInt();
      assertThatThrownBy(() -> Codec.decode(bytes, length)).hasMessageContaining("outside");
    }
  }

  @Provide
  Arbitrary<Message> messages() {
    Arbitrary<String> text = Arbitraries.strings().ofMaxLength(300);
    Arbitrary<FileStatus> status =
        Combinators.combine(text, Arbitraries.longs().greaterOrEqual(0), Arbitraries.longs(), text)
            .as(FileStatus::file);
    Arbitrary<List<FileStatus>> statuses = status.list().ofMaxSize(20);
    Arbitrary<Boolean> flag = Arbitraries.of(true, false);
    Arbitrary<SnapshotTolerance> acceptances =
        Combinators.combine(flag, flag).as(SnapshotTolerance::new);
    Arbitrary<ErrorCode> code = Arbitraries.of(ErrorCode.class);
    return Arbitraries.oneOf(
        Arbitraries.integers().map(Message.Hello::new),
        Arbitraries.integers().map(Message.Welcome::new),
        text.map(Message.Open::new),
        Combinators.combine(text, Arbitraries.longs().optional())
            .as(
                (name, n) ->
                    new Message.Opened(
                        name, MOUNTS, Replicas.of(2), n.map(v -> new Totals(v, v + 1)))),
        Combinators.combine(text, text, Arbitraries.integers().greaterOrEqual(1))
            .as(Message.Replicate::new),
        Combinators.combine(text, text).as(Message.Stat::new),
        Combinators.combine(text, text).as(Message.ListDirectory::new),
        Combinators.combine(text, text).as(Message.Changed::new),
        text.map(Message.Refresh::new),
        Combinators.combine(text, text, Arbitraries.longs(), acceptances).as(Message.Snapshot::new),
        Combinators.combine(text, text, Arbitraries.longs(), Arbitraries.integers())
            .as(Message.SnapshotPart::new),
        Arbitraries.longs().map(Message.Listed::new),
        text.map(Message.InUse::new),
        Combinators.combine(text, statuses)
            .as((d, files) -> new Message.Load(d, files.stream().map(Item::whole).toList())),
        Combinators.combine(
                text, Arbitraries.of(ReadOrder.class), Arbitraries.of(Reach.class), statuses)
            .as(
                (d, order, reach, files) ->
                    new Message.Get(d, order, reach, files.stream().map(Item::whole).toList())),
        Combinators.combine(text, statuses).as(Message.Prefetch::new),
        Combinators.combine(
                text, Arbitraries.of(true, false), Arbitraries.longs().optional(), statuses)
            .as(
                (dataSet, again, n, files) ->
                    new Message.ReadHere(dataSet, again, n.map(v -> new Totals(v, v + 1)), files)),
        Combinators.combine(
                text,
                Arbitraries.longs(),
                Arbitraries.longs(),
                Combinators.combine(Arbitraries.longs(), Arbitraries.longs())
                    .as(PlanUpdate.Read::new)
                    .list())
            .as(
                (dataSet, job, done, reads) ->
                    new Message.Plan(dataSet, new PlanUpdate(job, done, reads))),
        status.map(Message.Status::new),
        Combinators.combine(statuses, Arbitraries.of(true, false)).as(Message.Listing::new),
        Combinators.combine(Arbitraries.integers(), Arbitraries.integers().between(0, 1 << 20))
            .as(Message.Data::new),
        Combinators.combine(Arbitraries.integers(), code, text).as(Message.ItemFailed::new),
        Combinators.combine(code, text).as(Message.Failed::new),
        Arbitraries.of(true, false).map(Message.Planned::new),
        Arbitraries.longs().map(Message.Done::new),
        Arbitraries.just(new Message.Cancel()));
  }
}
