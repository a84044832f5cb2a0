package io.forebay.kubernetes.csi;

import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pluginregistration.Pluginregistration.InfoRequest;
import pluginregistration.Pluginregistration.PluginInfo;
import pluginregistration.Pluginregistration.RegistrationStatus;
import pluginregistration.Pluginregistration.RegistrationStatusResponse;
import pluginregistration.RegistrationGrpc;

/** Tells the kubelet, which finds the socket of this service in its folder, where the driver is. */
final class RegistrationService extends RegistrationGrpc.RegistrationImplBase {

  private static final Logger log = LoggerFactory.getLogger(RegistrationService.class);

  private static final String TYPE = "CSIPlugin";

  /** Of CSI. */
  private static final String VERSION = "1.0.0";

  private final String driver;
  private final Path socket;

  /**
   * @param socket of the driver, where the kubelet finds it
   */
  RegistrationService(String driver, Path socket) {
    this.driver = driver;
    this.socket = socket;
  }

  @Override
  public void getInfo(InfoRequest request, StreamObserver<PluginInfo> caller) {
    Answer.to(
        caller,
        () ->
            PluginInfo.newBuilder()
                .setType(TYPE)
                .setName(driver)
                .setEndpoint(socket.toString())
                .addSupportedVersions(VERSION)
                .build());
  }

  @Override
  public void notifyRegistrationStatus(
      RegistrationStatus request, StreamObserver<RegistrationStatusResponse> caller) {
    Answer.to(
        caller,
        () -> {
          if (request.getPluginRegistered()) {
            log.info("the kubelet has registered {} at {}", driver, socket);
          } else {
            log.error("the kubelet does not register {}: {}", driver, request.getError());
          }
          return RegistrationStatusResponse.getDefaultInstance();
        });
  }
}
