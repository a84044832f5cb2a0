package io.forebay.kubernetes.csi;

import com.google.protobuf.BoolValue;
import csi.v1.Csi.GetPluginCapabilitiesRequest;
import csi.v1.Csi.GetPluginCapabilitiesResponse;
import csi.v1.Csi.GetPluginInfoRequest;
import csi.v1.Csi.GetPluginInfoResponse;
import csi.v1.Csi.PluginCapability;
import csi.v1.Csi.ProbeRequest;
import csi.v1.Csi.ProbeResponse;
import csi.v1.IdentityGrpc;
import io.grpc.stub.StreamObserver;

/** Tells what the driver is. */
final class IdentityService extends IdentityGrpc.IdentityImplBase {

  private final String driver;
  private final String version;

  IdentityService(String driver, String version) {
    this.driver = driver;
    this.version = version;
  }

  @Override
  public void getPluginInfo(
      GetPluginInfoRequest request, StreamObserver<GetPluginInfoResponse> caller) {
    Answer.to(
        caller,
        () -> GetPluginInfoResponse.newBuilder().setName(driver).setVendorVersion(version).build());
  }

  @Override
  public void getPluginCapabilities(
      GetPluginCapabilitiesRequest request, StreamObserver<GetPluginCapabilitiesResponse> caller) {
    Answer.to(
        caller,
        () ->
            GetPluginCapabilitiesResponse.newBuilder()
                .addCapabilities(
                    PluginCapability.newBuilder()
                        .setService(
                            PluginCapability.Service.newBuilder()
                                .setType(PluginCapability.Service.Type.CONTROLLER_SERVICE)))
                .build());
  }

  @Override
  public void probe(ProbeRequest request, StreamObserver<ProbeResponse> caller) {
    Answer.to(caller, () -> ProbeResponse.newBuilder().setReady(BoolValue.of(true)).build());
  }
}
