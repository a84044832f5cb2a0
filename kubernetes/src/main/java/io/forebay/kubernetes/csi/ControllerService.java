package io.forebay.kubernetes.csi;

import csi.v1.ControllerGrpc.ControllerImplBase;
import csi.v1.Csi.ControllerGetCapabilitiesRequest;
import csi.v1.Csi.ControllerGetCapabilitiesResponse;
import csi.v1.Csi.ControllerServiceCapability;
import csi.v1.Csi.CreateVolumeRequest;
import csi.v1.Csi.CreateVolumeResponse;
import csi.v1.Csi.DeleteVolumeRequest;
import csi.v1.Csi.DeleteVolumeResponse;
import csi.v1.Csi.ValidateVolumeCapabilitiesRequest;
import csi.v1.Csi.ValidateVolumeCapabilitiesResponse;
import csi.v1.Csi.VolumeCapability;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes volumes for other orchestrators, and for clusters that run Kubernetes' own provisioner. A
 * volume is a name for a data set and its parameters, which the orchestrator keeps, so there is
 * nothing to create and nothing to delete. Thread-safe.
 */
final class ControllerService extends ControllerImplBase {

  private static final String PREFIX = "forebay-";

  /** Which size each volume was asked for with, as long as this process remembers. */
  private final Map<String, Long> sizes = new ConcurrentHashMap<>();

  @Override
  public void controllerGetCapabilities(
      ControllerGetCapabilitiesRequest request,
      StreamObserver<ControllerGetCapabilitiesResponse> caller) {
    Answer.to(
        caller,
        () ->
            ControllerGetCapabilitiesResponse.newBuilder()
                .addCapabilities(
                    ControllerServiceCapability.newBuilder()
                        .setRpc(
                            ControllerServiceCapability.RPC
                                .newBuilder()
                                .setType(
                                    ControllerServiceCapability.RPC.Type.CREATE_DELETE_VOLUME)))
                .build());
  }

  @Override
  public void createVolume(
      CreateVolumeRequest request, StreamObserver<CreateVolumeResponse> caller) {
    Answer.to(
        caller,
        () -> {
          String id = idOf(Answer.required("name", request.getName()));
          requireMounts(id, request.getVolumeCapabilitiesList());
          Volume.parse(id, request.getParametersMap(), List.of(), Map.of());
          long size = request.getCapacityRange().getRequiredBytes();
          if (sizes.merge(id, size, (before, now) -> before) != size) {
            throw Status.ALREADY_EXISTS
                .withDescription("volume " + request.getName() + " exists with another size")
                .asRuntimeException();
          }
          CreateVolumeResponse.Builder created = CreateVolumeResponse.newBuilder();
          created
              .getVolumeBuilder()
              .setVolumeId(id)
              .setCapacityBytes(size)
              .putAllVolumeContext(request.getParametersMap());
          return created.build();
        });
  }

  private static String idOf(String name) {
    return PREFIX + UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
  }

  private static void requireMounts(String id, List<VolumeCapability> capabilities) {
    if (capabilities.isEmpty() || !capabilities.stream().allMatch(VolumeCapability::hasMount)) {
      throw new IllegalArgumentException(
          "volume " + id + ": a data set is a file system; ask for a mount");
    }
  }

  @Override
  public void deleteVolume(
      DeleteVolumeRequest request, StreamObserver<DeleteVolumeResponse> caller) {
    Answer.to(
        caller,
        () -> {
          sizes.remove(Answer.required("volume id", request.getVolumeId()));
          return DeleteVolumeResponse.getDefaultInstance();
        });
  }

  @Override
  public void validateVolumeCapabilities(
      ValidateVolumeCapabilitiesRequest request,
      StreamObserver<ValidateVolumeCapabilitiesResponse> caller) {
    Answer.to(
        caller,
        () -> {
          String id = Answer.required("volume id", request.getVolumeId());
          requireMounts(id, request.getVolumeCapabilitiesList());
          if (!id.startsWith(PREFIX)) {
            throw Status.NOT_FOUND
                .withDescription("volume " + id + " is not of this driver")
                .asRuntimeException();
          }
          return ValidateVolumeCapabilitiesResponse.newBuilder()
              .setConfirmed(
                  ValidateVolumeCapabilitiesResponse.Confirmed.newBuilder()
                      .putAllVolumeContext(request.getVolumeContextMap())
                      .putAllParameters(request.getParametersMap())
                      .addAllVolumeCapabilities(request.getVolumeCapabilitiesList()))
              .build();
        });
  }
}
