package io.forebay.server;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.forebay.FileStatus;
import io.forebay.UnknownDataSetException;
import io.forebay.background.LogContext;
import io.forebay.file.DataPath;
import io.forebay.file.FileVersion;
import io.forebay.fill.Asker;
import io.forebay.metadata.Catalog;
import io.forebay.metadata.NodeInfo;
import io.forebay.node.CacheNode;
import io.forebay.node.NodeDataSet;
import io.forebay.snapshot.Snapshot;
import io.forebay.spec.SnapshotId;
import io.forebay.wire.Codec;
import io.forebay.wire.ErrorCode;
import io.forebay.wire.Item;
import io.forebay.wire.MalformedFrameException;
import io.forebay.wire.Message;
import io.forebay.wire.Reach;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server's end of one connection. */
final class ClientHandler extends SimpleChannelInboundHandler<ByteBuf> {

  private static final Logger log = LoggerFactory.getLogger(ClientHandler.class);

  /** Entries of one listing frame. */
  private static final int LISTING_PAGE = 1000;

  /** Of a snapshot's file, in one frame. */
  private static final int LARGEST_PART = 16 << 20;

  /** Well below the patience of any client. */
  private static final int SIGN_SECONDS = 1;

  private final CacheNode node;
  private final ClientRights rights;
  private final ServerStats stats;
  private final Executor executor;
  private final SendMemory memory;
  private final RequestMemory requestMemory;

  /** How to cancel the requests that can be cancelled. */
  private final Map<Integer, Runnable> running = new ConcurrentHashMap<>();

  private EventLoop eventLoop;
  private Object client;
  private Inflow inflow;
  private SendQueue sendQueue;
  private boolean greeted;

  ClientHandler(
      CacheNode node,
      ClientRights rights,
      ServerStats stats,
      Executor executor,
      SendMemory memory,
      RequestMemory requestMemory) {
    this.node = node;
    this.rights = rights;
    this.memory = memory;
    this.requestMemory = requestMemory;
    this.stats = stats;
    this.executor = executor;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    eventLoop = context.channel().eventLoop();
    inflow = new Inflow(context.channel(), requestMemory);
    sendQueue = new SendQueue(context.channel(), memory, inflow);
    client = Clients.of(context.channel());
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    running.values().forEach(Runnable::run);
    sendQueue.close();
  }

  /** A report of reads that were made without this server, or a look into its cache. */
  private static boolean isNoQuestion(Message message) {
    return message instanceof Message.Used
        || (message instanceof Message.ReadHere readHere && !readHere.again())
        || (message instanceof Message.Get get && get.reach() == Reach.CACHE);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) throws IOException {
    int size = bytes.readableBytes();
    Codec.Frame frame = Codec.decode(bytes.nioBuffer(), size);
    int id = frame.requestId();
    if (!greeted) {
      greet(id, frame.message());
      return;
    }
    if (frame.message() instanceof Message.Login login) {
      login(id, context, login);
      return;
    }
    try {
      rights.require(frame.message(), this::dataSetOf);
    } catch (AccessDeniedException e) {
      refuse(id, context, e);
      return;
    }
    if (!isNoQuestion(frame.message())) {
      stats.request();
    }
    String about = frame.message().dataSet();
    switch (frame.message()) {
      case Message.Get get -> get(id, size, get);
      case Message.Cancel cancel -> {
        Runnable cancellation = running.get(id);
        if (cancellation != null) {
          cancellation.run();
        }
      }
      case Message.Open open ->
          answer(
              id,
              size,
              about,
              () -> {
                NodeInfo.ServedDataSet served = node.served(open.nameOrRoot());
                return new Message.Opened(
                    served.name(),
                    served.mounts(),
                    served.replicas(),
                    served.reference().isPresent()
                        ? Optional.empty()
                        : catalog(open.nameOrRoot()).totals());
              });
      case Message.Stat stat ->
          answer(
              id,
              size,
              about,
              () ->
                  new Message.Status(
                      catalog(stat.dataSet()).stat(DataPath.normalize(stat.path()))));
      case Message.Refresh refresh ->
          answer(
              id,
              size,
              about,
              () -> {
                Optional<SnapshotId> used = node.dataSet(refresh.dataSet()).refresh();
                return used.isPresent() ? new Message.InUse(used.get().text()) : done();
              });
      case Message.Snapshot snapshot -> answer(id, size, about, () -> snapshot(id, snapshot));
      case Message.SnapshotPart part -> answer(id, size, about, () -> snapshotPart(id, part));
      case Message.Changed changed ->
          answer(
              id,
              size,
              about,
              () -> {
                catalog(changed.dataSet()).changed(DataPath.normalize(changed.path()));
                return done();
              });
      case Message.Used used ->
          answer(
              id,
              size,
              about,
              () -> {
                used.uses().forEach(u -> node.store().used(u.id(), u.offset(), u.bytes()));
                return done();
              });
      case Message.Plan plan ->
          answer(
              id,
              size,
              about,
              () -> new Message.Planned(node.plan(node.dataSet(plan.dataSet()), plan.update())));
      case Message.ReadHere read -> answer(id, size, about, () -> readHere(read));
      case Message.MapsStuck stuck ->
          answer(
              id,
              size,
              about,
              () -> {
                node.reportStuckMaps(stuck.generation());
                return done();
              });
      case Message.Prefetch prefetch -> answer(id, size, about, () -> prefetch(prefetch));
      case Message.Replicate replicate -> answer(id, size, about, () -> replicate(replicate));
      case Message.Load load -> {
        Asker asker = new Asker(client);
        if (running.putIfAbsent(id, asker::withdraw) != null) {
          throw new MalformedFrameException("the id of a request in flight");
        }
        answer(id, size, about, () -> load(id, load, asker));
      }
      case Message.ListDirectory list -> answer(id, size, about, () -> list(id, list));
      default -> throw new MalformedFrameException("received a reply instead of a request");
    }
  }

  /** A snapshot that is not here is no file that is not there: then every name would be missing. */
  private Catalog catalog(String called) throws IOException {
    try {
      return node.catalog(called);
    } catch (NoSuchFileException e) {
      throw new UnknownDataSetException(called + " is not on this server: " + e.getMessage());
    }
  }

  private void greet(int id, Message message) throws MalformedFrameException {
    if (!(message instanceof Message.Hello hello)) {
      throw new MalformedFrameException("the first message was not HELLO");
    }
    if (hello.version() != Codec.VERSION) {
      String reason = Codec.otherVersions(hello.version(), Codec.VERSION);
      sendQueue.send(id, new Message.Failed(ErrorCode.BAD_REQUEST, reason));
      throw new MalformedFrameException(reason); // which closes the connection
    }
    greeted = true;
    sendQueue.send(id, new Message.Welcome(Codec.VERSION));
  }

  private void login(int id, ChannelHandlerContext context, Message.Login login) {
    try {
      rights.show(login.token());
      sendQueue.send(id, done());
    } catch (AccessDeniedException e) {
      refuse(id, context, e);
    }
  }

  private void refuse(int id, ChannelHandlerContext context, AccessDeniedException e) {
    log.warn("refused {}: {}", client(context), e.getMessage());
    sendQueue.send(id, failed(e));
  }

  /** The name of what a request is about; as it was called if that is not served. */
  private String dataSetOf(Message request) {
    try {
      return request instanceof Message.Open open
          ? node.served(open.nameOrRoot()).name()
          : request.dataSet().isEmpty() ? "" : node.dataSet(request.dataSet()).spec().name();
    } catch (UnknownDataSetException e) {
      return request instanceof Message.Open open ? open.nameOrRoot() : request.dataSet();
    }
  }

  private void get(int id, int size, Message.Get get) throws MalformedFrameException {
    NodeDataSet dataSet;
    try {
      dataSet = node.dataSet(get.dataSet());
    } catch (IOException e) {
      sendQueue.send(id, failed(e));
      return;
    }
    GetTask task =
        new GetTask(id, dataSet, node, get, sendQueue, stats, executor, new Asker(client));
    if (task.tryAnswerNow()) {
      return;
    }
    if (running.putIfAbsent(id, task::cancel) != null) {
      throw new MalformedFrameException("the id of a request in flight");
    }
    inflow.begun(size);
    Future<?> signs = signs(task::sign);
    try {
      executor.execute(
          () -> {
            try (LogContext context = LogContext.of(dataSet.spec().name())) {
              task.run();
            } finally {
              signs.cancel(false);
              running.remove(id);
              onEventLoop(() -> inflow.ended(size));
            }
          });
    } catch (RuntimeException | Error e) {
      signs.cancel(false);
      inflow.ended(size);
      throw e; // which closes the connection
    }
  }

  private Future<?> signs(Runnable sign) {
    return eventLoop.scheduleAtFixedRate(sign, SIGN_SECONDS, SIGN_SECONDS, SECONDS);
  }

  private Message done() {
    return new Message.Done(node.viewHash());
  }

  private Message replicate(Message.Replicate request) throws IOException {
    node.replicate(request.dataSet(), request.pattern(), request.count());
    return done();
  }

  private Message prefetch(Message.Prefetch prefetch) throws IOException {
    NodeDataSet dataSet = node.dataSet(prefetch.dataSet());
    for (FileStatus file : prefetch.files()) {
      DataPath.normalize(file.path());
      dataSet.reads().prefetch(FileVersion.of(dataSet.spec().name(), file), Asker.NODE);
    }
    return done();
  }

  private Message readHere(Message.ReadHere read) throws IOException {
    read.files().forEach(file -> DataPath.normalize(file.path()));
    node.readHere(node.dataSet(read.dataSet()), read.files(), read.again(), read.all());
    return done();
  }

  private Message load(int id, Message.Load load, Asker asker) throws IOException {
    NodeDataSet dataSet = node.dataSet(load.dataSet());
    for (int i = 0; i < load.items().size(); i++) {
      Item item = load.items().get(i);
      try {
        DataPath.normalize(item.status().path());
        dataSet
            .reads()
            .load(
                FileVersion.of(dataSet.spec().name(), item.status()),
                item.offset(),
                item.length(),
                asker);
      } catch (IOException | IllegalArgumentException e) {
        sendQueue.send(
            id, new Message.ItemFailed(i, ErrorCode.of(e), String.valueOf(e.getMessage())));
      }
    }
    return done();
  }

  private Message snapshot(int id, Message.Snapshot wanted) throws IOException {
    NodeDataSet dataSet = node.dataSet(wanted.dataSet());
    SnapshotId inUse;
    if (wanted.id().isEmpty()) {
      inUse =
          dataSet.snapshot(
              Duration.ofMillis(wanted.maxAgeMillis()),
              wanted.acceptance(),
              found -> sendQueue.send(id, new Message.Listed(found)));
    } else {
      inUse = new SnapshotId(wanted.id());
      dataSet.use(inUse);
    }
    return new Message.InUse(inUse.text());
  }

  private Message snapshotPart(int id, Message.SnapshotPart part) throws IOException {
    Snapshot snapshot = node.dataSet(part.dataSet()).snapshots().get(new SnapshotId(part.id()));
    if (part.length() < 0 || part.length() > LARGEST_PART || part.offset() < 0) {
      throw new IllegalArgumentException("not a part of a snapshot: " + part);
    }
    int length = Codec.DATA_HEADER_BYTES + part.length();
    long taken = sendQueue.take(length);
    ByteBuf frame = sendQueue.allocate(length);
    try {
      ByteBuffer content = frame.nioBuffer(Codec.DATA_HEADER_BYTES, part.length());
      snapshot.read(part.offset(), content);
      Codec.putDataHeader(
          frame.nioBuffer(0, Codec.DATA_HEADER_BYTES), id, new Message.Data(0, content.position()));
      frame.writerIndex(Codec.DATA_HEADER_BYTES + content.position());
    } catch (IOException | RuntimeException e) {
      frame.release();
      sendQueue.release(taken);
      throw e;
    }
    sendQueue.send(frame, taken);
    return done();
  }

  private Message list(int id, Message.ListDirectory list) throws IOException {
    List<FileStatus> entries = catalog(list.dataSet()).list(DataPath.normalize(list.directory()));
    int from = 0;
    for (; entries.size() - from > LISTING_PAGE; from += LISTING_PAGE) {
      Message page = new Message.Listing(entries.subList(from, from + LISTING_PAGE), false);
      ByteBuf frame = Unpooled.wrappedBuffer(Codec.encode(id, page));
      sendQueue.send(frame, sendQueue.take(frame.readableBytes()));
    }
    return new Message.Listing(entries.subList(from, entries.size()), true);
  }

  private interface Answer {
    Message get() throws IOException;
  }

  /**
   * Answers a request that may take its time, with signs of life until then. Whatever is thrown
   * ends it: a client that is told of work goes on waiting for it.
   */
  private void answer(int id, int size, String dataSet, Answer answer) {
    inflow.begun(size);
    Future<?> signs = signs(() -> sendQueue.send(id, new Message.Working()));
    try {
      executor.execute(
          () -> {
            Message last = null;
            try (LogContext context = LogContext.of(dataSet)) {
              last = answer.get();
            } catch (IOException | RuntimeException e) {
              last = failed(e);
            } catch (Error e) {
              last = failed(e);
              throw e;
            } finally {
              running.remove(id);
              end(id, size, last, signs);
            }
          });
    } catch (RuntimeException | Error e) {
      signs.cancel(false);
      inflow.ended(size);
      throw e; // which closes the connection
    }
  }

  static Message failed(Throwable reason) {
    ErrorCode code = ErrorCode.of(reason);
    if (code != ErrorCode.INTERNAL) {
      return new Message.Failed(code, String.valueOf(reason.getMessage()));
    }
    log.warn("a request failed", reason);
    return new Message.Failed(code, reason.toString());
  }

  /** On the event loop, so that no sign of life comes behind the answer. */
  private void end(int id, int size, Message last, Future<?> signs) {
    onEventLoop(
        () -> {
          signs.cancel(false);
          sendQueue.send(id, last);
          inflow.ended(size);
        });
  }

  private void onEventLoop(Runnable task) {
    try {
      eventLoop.execute(task);
    } catch (RejectedExecutionException e) {
      log.debug("the server has stopped; dropping an answer", e);
    }
  }

  /** For the log. */
  private static String client(ChannelHandlerContext context) {
    return "the connection from " + context.channel().remoteAddress();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof DecoderException && cause.getCause() instanceof SSLException refused) {
      log.warn("refused {} in TLS: {}", client(context), refused.getMessage());
    } else if (cause instanceof MalformedFrameException || cause instanceof TooLongFrameException) {
      log.warn(
          "closing the connection from {}: {}",
          context.channel().remoteAddress(),
          cause.getMessage());
    } else if (cause instanceof IOException) {
      log.debug("the connection from {} failed", context.channel().remoteAddress(), cause);
    } else {
      log.warn("closing the connection from {}", context.channel().remoteAddress(), cause);
    }
    context.close();
    if (cause instanceof VirtualMachineError error) {
      FatalErrors.handle(error);
    }
  }
}
