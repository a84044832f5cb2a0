package io.forebay.server;

import io.forebay.ReadOrder;
import io.forebay.file.DataPath;
import io.forebay.file.FileVersion;
import io.forebay.fill.Asker;
import io.forebay.fill.ReadThrough;
import io.forebay.node.CacheNode;
import io.forebay.node.NodeDataSet;
import io.forebay.store.NodeStore;
import io.forebay.store.ResidentFile;
import io.forebay.store.TierChannel;
import io.forebay.wire.Codec;
import io.forebay.wire.ErrorCode;
import io.forebay.wire.Item;
import io.forebay.wire.Message;
import io.forebay.wire.Reach;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers one {@link Message.Get}. */
final class GetTask implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(GetTask.class);

  /**
   * From here on sendfile is cheaper than copying into a buffer. Where its disk fails the
   * connection is lost, and the client asks again for smaller pieces.
   */
  static final int SENDFILE_BYTES = 64 << 10;

  /** The most file bytes of one frame: large enough for sendfile, small enough to be cancelled. */
  static final int FRAME_BYTES = 4 << 20;

  /** Bytes of an arriving file that are handed on at a time. */
  private static final int STREAM_BYTES = 256 << 10;

  /** Small items are gathered into writes of about this size. */
  static final int GATHER_BYTES = 256 << 10;

  /** Items of one free-order request that are waited for at a time. */
  private static final int WAITING = 64;

  private final int requestId;
  private final NodeDataSet dataSet;
  private final CacheNode node;
  private final NodeStore store;
  private final Message.Get get;
  private final SendQueue sendQueue;
  private final ServerStats stats;
  private final Executor executor;
  private final Asker asker;
  private final FileVersion[] versions;
  private ByteBuf gathered;
  private long gatheredTaken;
  private volatile boolean cancelled;

  /** Whether the end of the answer is on its way, behind which nothing may come. */
  private volatile boolean ended;

  GetTask(
      int requestId,
      NodeDataSet dataSet,
      CacheNode node,
      Message.Get get,
      SendQueue sendQueue,
      ServerStats stats,
      Executor executor,
      Asker asker) {
    this.requestId = requestId;
    this.dataSet = dataSet;
    this.node = node;
    this.store = node.store();
    this.get = get;
    this.sendQueue = sendQueue;
    this.stats = stats;
    this.executor = executor;
    this.asker = asker;
    this.versions = new FileVersion[get.items().size()];
  }

  /** Ends the answer, and the fetching of what nobody else waits for. */
  void cancel() {
    cancelled = true;
    asker.withdraw();
  }

  /**
   * Tells the client that its bytes are waited for, on the event loop: what ends the answer is
   * queued behind this. Otherwise a slow under-store would look like a silent server.
   */
  void sign() {
    if (!ended) {
      sendQueue.send(requestId, new Message.Working());
    }
  }

  /**
   * Answers on the event loop, which must not wait for anything, if that is possible: there is one
   * item, it is resident, and there is room to send it. Otherwise nothing was sent, and this is to
   * be run elsewhere.
   */
  boolean tryAnswerNow() {
    if (get.items().size() != 1 || get.items().get(0).length() > FRAME_BYTES) {
      return false;
    }
    int length = (int) get.items().get(0).length();
    try {
      Optional<ResidentFile> resident = resident(0);
      if (resident.isEmpty()
          || !sendQueue.hasRoom(length + Codec.DATA_HEADER_BYTES)
          || !sendResident(0, resident.get())) { // it may have been evicted just now
        return false;
      }
      finish();
    } catch (IOException e) {
      log.debug("read aborted: {}", e.getMessage());
    } finally {
      letGo();
    }
    return true;
  }

  @Override
  public void run() {
    try {
      get.items().forEach(item -> DataPath.normalize(item.status().path()));
      if (get.order() == ReadOrder.STRICT) {
        inOrder();
      } else {
        asReady();
      }
      finish();
    } catch (IOException e) {
      ended = true;
      log.debug("read aborted: {}", e.getMessage());
    } catch (RuntimeException e) {
      fail(e);
    } catch (Error e) {
      fail(e);
      throw e;
    } finally {
      letGo();
    }
  }

  private void fail(Throwable reason) {
    ended = true;
    sendQueue.send(requestId, ClientHandler.failed(reason));
  }

  private void letGo() {
    if (gathered != null) {
      gathered.release();
      gathered = null;
      sendQueue.release(gatheredTaken);
    }
  }

  private void inOrder() throws IOException {
    boolean prefetched = versions.length == 1;
    for (int i = 0; i < versions.length && !cancelled; i++) {
      Optional<ResidentFile> resident = resident(i);
      if (resident.isEmpty() || !sendResident(i, resident.get())) {
        if (!prefetched && get.reach() != Reach.CACHE) {
          prefetchMissing(i);
          prefetched = true;
        }
        flush();
        sendMissing(i);
      }
    }
  }

  /** Has everything fetched that is missing from here on, so that the waits overlap. */
  private void prefetchMissing(int from) {
    for (int i = from; i < versions.length; i++) {
      if (resident(i).isEmpty()) {
        dataSet.reads().prefetch(version(i), asker);
      }
    }
  }

  private void asReady() throws IOException {
    List<Integer> missing = new ArrayList<>();
    for (int i = 0; i < versions.length && !cancelled; i++) {
      Optional<ResidentFile> resident = resident(i);
      if (resident.isEmpty() || !sendResident(i, resident.get())) {
        missing.add(i);
      }
    }
    flush();
    Semaphore places = new Semaphore(WAITING);
    for (int i : missing) {
      places.acquireUninterruptibly();
      executor.execute(
          () -> {
            try {
              if (!cancelled) {
                sendMissing(i);
              }
            } catch (IOException e) {
              cancel();
            } catch (RuntimeException e) {
              itemFailed(i, e);
            } catch (Error e) {
              itemFailed(i, e);
              throw e;
            } finally {
              places.release();
            }
          });
    }
    places.acquireUninterruptibly(WAITING);
  }

  /** Sends an item from its tier file; false when that cannot be read after all. */
  private boolean sendResident(int index, ResidentFile file) throws IOException {
    Item item = get.items().get(index);
    long position = item.offset();
    long end = item.offset() + item.length();
    try {
      do {
        int length = (int) Math.min(FRAME_BYTES, end - position);
        if (length >= SENDFILE_BYTES) {
          flush();
          TierChannel open = file.open();
          ByteBuf header = sendQueue.allocate(Codec.DATA_HEADER_BYTES);
          putHeader(header, index, length);
          sendQueue.send(header, open, position, length, file::requireVerification);
        } else {
          gather(index, file, position, length);
        }
        position += length;
      } while (position < end && !cancelled);
    } catch (IOException e) {
      log.debug("cannot read {}", file, e);
      if (position == item.offset()) {
        return false;
      }
      flush();
      itemFailed(index, e); // part of it is sent, which the client drops
      return true;
    }
    stats.hit();
    stats.sent(item.length());
    if (sendQueue.isLocal()) {
      store.used(version(index).id(), item.offset(), item.length());
    } else {
      store.served(version(index).id(), item.offset(), item.length());
    }
    return true;
  }

  private void gather(int index, ResidentFile file, long position, int length) throws IOException {
    int needed = Codec.DATA_HEADER_BYTES + length;
    if (gathered != null && gathered.writableBytes() < needed) {
      flush();
    }
    if (gathered == null) {
      // With room for the end of the answer, which would otherwise have the whole buffer copied.
      beginGathering(
          Codec.HEADER_BYTES + (versions.length == 1 ? needed : Math.max(GATHER_BYTES, needed)));
    }
    int start = gathered.writerIndex();
    putHeader(gathered, index, length);
    ByteBuffer target = gathered.nioBuffer(gathered.writerIndex(), length);
    try {
      file.read(position, target);
    } catch (IOException e) {
      gathered.writerIndex(start);
      throw e;
    }
    gathered.writerIndex(gathered.writerIndex() + length);
  }

  private void beginGathering(int bytes) throws IOException {
    gatheredTaken = sendQueue.take(bytes);
    gathered = sendQueue.allocate(bytes);
  }

  private void flush() {
    if (gathered != null) {
      ByteBuf full = gathered;
      gathered = null;
      sendQueue.send(full, gatheredTaken);
    }
  }

  /** Reads an item through the store, handing on what has arrived. */
  private void sendMissing(int index) throws IOException {
    FileVersion version = version(index);
    Item item = get.items().get(index);
    long position = item.offset();
    long end = item.offset() + item.length();
    if (get.reach() == Reach.CACHE && !hasRange(version, item)) {
      sendQueue.send(
          requestId,
          new Message.ItemFailed(index, ErrorCode.NOT_CACHED, version + " is not in this cache"));
      return;
    }
    stats.miss();
    boolean alone = get.reach() != Reach.CLUSTER;
    try (ReadThrough.Reading reading =
        dataSet.reads().reading(version, item.offset(), item.length(), alone, asker)) {
      do {
        int length = (int) Math.min(STREAM_BYTES, end - position);
        // Others must not wait for what is kept for a slow client.
        long taken = sendQueue.take(Codec.DATA_HEADER_BYTES + length, reading::pause);
        ByteBuf frame = sendQueue.allocate(Codec.DATA_HEADER_BYTES + length);
        try {
          putHeader(frame, index, length);
          reading.read(frame.nioBuffer(frame.writerIndex(), length));
          frame.writerIndex(frame.writerIndex() + length);
        } catch (IOException e) {
          frame.release();
          sendQueue.release(taken);
          if (!cancelled) {
            itemFailed(index, e);
          }
          return;
        } catch (RuntimeException | Error e) {
          frame.release();
          sendQueue.release(taken);
          throw e;
        }
        sendQueue.send(frame, taken);
        stats.sent(length);
        position += length;
      } while (position < end && !cancelled);
    }
  }

  /** Whether all bytes of a range are here, though not all of the file may be. */
  private boolean hasRange(FileVersion version, Item item) {
    return item.length() == 0
        || store
            .find(version.id())
            .filter(file -> file.has(item.offset(), item.length()))
            .isPresent();
  }

  private void itemFailed(int index, Throwable reason) {
    stats.failure();
    sendQueue.send(
        requestId,
        new Message.ItemFailed(index, ErrorCode.of(reason), String.valueOf(reason.getMessage())));
  }

  /** The end of the answer, in the same write as what came last. */
  private void finish() throws IOException {
    ended = true;
    ByteBuffer done = Codec.encode(requestId, new Message.Done(node.viewHash()));
    if (gathered == null) {
      beginGathering(done.remaining());
    } else if (gathered.writableBytes() < done.remaining()) {
      gathered.capacity(gathered.writerIndex() + done.remaining());
    }
    gathered.writeBytes(done);
    flush();
  }

  private void putHeader(ByteBuf target, int index, int length) {
    Codec.putDataHeader(
        target.nioBuffer(target.writerIndex(), Codec.DATA_HEADER_BYTES),
        requestId,
        new Message.Data(index, length));
    target.writerIndex(target.writerIndex() + Codec.DATA_HEADER_BYTES);
  }

  private Optional<ResidentFile> resident(int index) {
    return store.find(version(index).id()).filter(ResidentFile::isVerified);
  }

  /**
   * Hashed when it is first needed, so that the first files leave before the last are looked at.
   */
  private FileVersion version(int index) {
    if (versions[index] == null) {
      versions[index] = FileVersion.of(dataSet.spec().name(), get.items().get(index).status());
    }
    return versions[index];
  }
}
