package io.forebay.membership.etcd;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.common.exception.ErrorCode;
import io.etcd.jetcd.common.exception.EtcdException;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.forebay.config.TextFile;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Connections to etcd. One that failed is not mended but replaced: a new session begins without the
 * back-off that gRPC has reached, and without a revision from before, which a restored or emptied
 * etcd may not have reached yet. Used by one thread.
 */
final class EtcdSession implements AutoCloseable {

  /** The longest wait for an answer. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Silence after which a connection is tried; etcd refuses clients that do so more often. */
  private static final Duration PING_AFTER = Duration.ofSeconds(6);

  private final EtcdSource source;
  private final Client client;
  private Optional<Watch.Watcher> watcher = Optional.empty();

  private EtcdSession(EtcdSource source, Client client) {
    this.source = source;
    this.client = client;
  }

  /** Connects at the first request. */
  static EtcdSession open(EtcdSource source) throws IOException {
    ClientBuilder builder =
        Client.builder()
            .target("ip:///" + String.join(",", source.endpoints()))
            .waitForReady(false)
            .retryMaxAttempts(0)
            .connectTimeout(PATIENCE)
            .keepaliveTime(PING_AFTER)
            .keepaliveTimeout(PATIENCE)
            .interceptor(new Deadline());
    if (source.user().isPresent()) {
      builder
          .user(bytes(source.user().get()))
          .password(bytes(TextFile.read(source.passwordFile().get()).strip()));
    }
    if (source.tls()) {
      builder.sslContext(ssl(source));
    }
    return new EtcdSession(source, builder.build());
  }

  private static SslContext ssl(EtcdSource source) throws IOException {
    SslContextBuilder ssl = GrpcSslContexts.forClient();
    try {
      if (source.ca().isPresent()) {
        ssl.trustManager(source.ca().get().toFile());
      }
      if (source.certificate().isPresent()) {
        ssl.keyManager(source.certificate().get().toFile(), source.key().get().toFile());
      }
      return ssl.build();
    } catch (IllegalArgumentException e) { // Netty's, for files that cannot be read
      throw new IOException(source + ": " + e.getMessage() + "; check ca, certificate and key", e);
    }
  }

  static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }

  private ByteSequence key(String name) {
    return bytes(source.prefix() + name);
  }

  /** All members' keys. */
  GetResponse list() throws IOException, InterruptedException {
    return await(
        () ->
            client
                .getKVClient()
                .get(bytes(source.prefix()), GetOption.builder().isPrefix(true).build()));
  }

  /** Changes from now on; the first that the listener hears of is that the watch is there. */
  void watch(Watch.Listener listener) {
    WatchOption option =
        WatchOption.builder().isPrefix(true).withCreateNotify(true).withRequireLeader(true).build();
    watcher = Optional.of(client.getWatchClient().watch(bytes(source.prefix()), option, listener));
  }

  /** After a failure of the watch: the library itself would go on with it from its revision. */
  void unwatch() {
    watcher.ifPresent(Watch.Watcher::close);
  }

  long grantLease() throws IOException, InterruptedException {
    return await(() -> client.getLeaseClient().grant(source.ttl().toSeconds())).getID();
  }

  /** Whether the lease was still there. */
  boolean keepAlive(long lease) throws IOException, InterruptedException {
    return isThere(() -> client.getLeaseClient().keepAliveOnce(lease));
  }

  /** Whether the lease was still there. */
  boolean put(String name, String value, long lease) throws IOException, InterruptedException {
    PutOption option = PutOption.builder().withLeaseId(lease).build();
    return isThere(() -> client.getKVClient().put(key(name), bytes(value), option));
  }

  void revoke(long lease) throws IOException, InterruptedException {
    isThere(() -> client.getLeaseClient().revoke(lease));
  }

  private <T> boolean isThere(Supplier<? extends CompletableFuture<T>> call)
      throws IOException, InterruptedException {
    try {
      await(call);
      return true;
    } catch (IOException e) {
      if (e.getCause() instanceof EtcdException etcd
          && etcd.getErrorCode() == ErrorCode.NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }

  private <T> T await(Supplier<? extends CompletableFuture<T>> call)
      throws IOException, InterruptedException {
    try {
      // Of a call that gets no answer the deadline makes an error.
      return call.get().get(2 * PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    } catch (TimeoutException e) {
      throw new IOException(source + " does not answer; is it running there?", e);
    }
  }

  IOException failure(Throwable cause) {
    if (Status.fromThrowable(cause).getCode() == Status.Code.DEADLINE_EXCEEDED) {
      return new IOException(source + " does not answer; is it running there?", cause);
    }
    Throwable root = cause; // gRPC's own messages are of the kind 'io exception'
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String reason = Optional.ofNullable(root.getMessage()).orElse(root.toString());
    return new IOException(source + ": " + reason, cause);
  }

  @Override
  public void close() {
    client.close();
  }

  /** Gives every call an end, but not the watch. */
  private static final class Deadline implements ClientInterceptor {
    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      boolean watch = "etcdserverpb.Watch".equals(method.getServiceName());
      return next.newCall(
          method,
          watch ? options : options.withDeadlineAfter(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
    }
  }
}
