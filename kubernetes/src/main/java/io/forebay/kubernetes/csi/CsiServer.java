package io.forebay.kubernetes.csi;

import io.forebay.background.BackgroundTasks;
import io.forebay.background.DaemonThreads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The driver of a node. Closing it leaves the mounts as they are: pods read them, and the next
 * driver goes on with them.
 */
public final class CsiServer implements AutoCloseable {

  private static final long TEND_SECONDS = 5;

  private final ScheduledExecutorService tending =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("forebay-csi-tend"));
  private final BackgroundTasks background = new BackgroundTasks();
  private final UnixServer calls;
  private final Optional<UnixServer> registration;

  private CsiServer(NodeMounts mounts, UnixServer calls, Optional<UnixServer> registration) {
    this.calls = calls;
    this.registration = registration;
    tending.scheduleWithFixedDelay(
        background.guarded("mounting volumes again", mounts::tend),
        0,
        TEND_SECONDS,
        TimeUnit.SECONDS);
  }

  /**
   * Starts.
   *
   * @throws IOException if a socket or a directory cannot be made
   */
  public static CsiServer start(CsiConfig config) throws IOException {
    Tokens tokens = new Tokens(config.secrets());
    NodeMounts mounts =
        new NodeMounts(
            config.directory(),
            new Mounter(config.connection(), config.hold(), tokens, config.log()));
    UnixServer calls =
        UnixServer.start(
            config.endpoint(),
            new IdentityService(config.driver(), version()),
            new NodeService(config.node(), mounts),
            new ControllerService());
    try {
      Optional<UnixServer> registration = Optional.empty();
      if (config.registration().isPresent()) { // last: the kubelet calls at once
        registration = Optional.of(register(config, config.registration().get()));
      }
      return new CsiServer(mounts, calls, registration);
    } catch (IOException e) {
      calls.close();
      throw e;
    }
  }

  private static UnixServer register(CsiConfig config, Path folder) throws IOException {
    return UnixServer.start(
        folder.resolve(config.driver() + "-reg.sock"),
        new RegistrationService(config.driver(), config.endpoint()));
  }

  private static String version() {
    String version = CsiServer.class.getPackage().getImplementationVersion();
    return version == null ? "0" : version;
  }

  @Override
  public void close() throws IOException {
    tending.shutdownNow();
    if (registration.isPresent()) {
      registration.get().close();
    }
    calls.close();
  }
}
