package io.forebay.kubernetes.csi;

import csi.v1.Csi.NodeGetCapabilitiesRequest;
import csi.v1.Csi.NodeGetCapabilitiesResponse;
import csi.v1.Csi.NodeGetInfoRequest;
import csi.v1.Csi.NodeGetInfoResponse;
import csi.v1.Csi.NodeGetVolumeStatsRequest;
import csi.v1.Csi.NodeGetVolumeStatsResponse;
import csi.v1.Csi.NodePublishVolumeRequest;
import csi.v1.Csi.NodePublishVolumeResponse;
import csi.v1.Csi.NodeServiceCapability;
import csi.v1.Csi.NodeUnpublishVolumeRequest;
import csi.v1.Csi.NodeUnpublishVolumeResponse;
import csi.v1.Csi.VolumeCapability;
import csi.v1.Csi.VolumeCondition;
import csi.v1.Csi.VolumeUsage;
import csi.v1.NodeGrpc;
import io.forebay.fuse.mount.MountTable;
import io.forebay.fuse.mount.MountTable.Entry;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * What the kubelet asks for. There is no stage: a volume is mounted with its first pod, and {@link
 * NodeMounts} knows which pods share a mount, also those with volumes in their own specification,
 * which the kubelet never stages.
 */
final class NodeService extends NodeGrpc.NodeImplBase {

  private static final Set<VolumeCapability.AccessMode.Mode> READERS =
      Set.of(
          VolumeCapability.AccessMode.Mode.SINGLE_NODE_READER_ONLY,
          VolumeCapability.AccessMode.Mode.MULTI_NODE_READER_ONLY);

  private final String node;
  private final NodeMounts mounts;

  NodeService(String node, NodeMounts mounts) {
    this.node = node;
    this.mounts = mounts;
  }

  @Override
  public void nodeGetInfo(NodeGetInfoRequest request, StreamObserver<NodeGetInfoResponse> caller) {
    Answer.to(caller, () -> NodeGetInfoResponse.newBuilder().setNodeId(node).build());
  }

  @Override
  public void nodeGetCapabilities(
      NodeGetCapabilitiesRequest request, StreamObserver<NodeGetCapabilitiesResponse> caller) {
    Answer.to(
        caller,
        () ->
            NodeGetCapabilitiesResponse.newBuilder()
                .addCapabilities(capability(NodeServiceCapability.RPC.Type.GET_VOLUME_STATS))
                .addCapabilities(capability(NodeServiceCapability.RPC.Type.VOLUME_CONDITION))
                .build());
  }

  private static NodeServiceCapability capability(NodeServiceCapability.RPC.Type type) {
    return NodeServiceCapability.newBuilder()
        .setRpc(NodeServiceCapability.RPC.newBuilder().setType(type))
        .build();
  }

  @Override
  public void nodePublishVolume(
      NodePublishVolumeRequest request, StreamObserver<NodePublishVolumeResponse> caller) {
    Answer.to(
        caller,
        () -> {
          String id = Answer.required("volume id", request.getVolumeId());
          String target = Answer.required("target path", request.getTargetPath());
          VolumeCapability capability = request.getVolumeCapability();
          if (!capability.hasMount()) {
            throw new IllegalArgumentException(
                "volume " + id + ": a data set is a file system; use volumeMode: Filesystem");
          }
          Volume volume =
              Volume.parse(
                  id,
                  request.getVolumeContextMap(),
                  capability.getMount().getMountFlagsList(),
                  request.getSecretsMap());
          boolean reader = READERS.contains(capability.getAccessMode().getMode());
          mounts.publish(volume, Path.of(target), request.getReadonly() || reader);
          return NodePublishVolumeResponse.getDefaultInstance();
        });
  }

  @Override
  public void nodeUnpublishVolume(
      NodeUnpublishVolumeRequest request, StreamObserver<NodeUnpublishVolumeResponse> caller) {
    Answer.to(
        caller,
        () -> {
          Answer.required("volume id", request.getVolumeId());
          mounts.unpublish(Path.of(Answer.required("target path", request.getTargetPath())));
          return NodeUnpublishVolumeResponse.getDefaultInstance();
        });
  }

  @Override
  public void nodeGetVolumeStats(
      NodeGetVolumeStatsRequest request, StreamObserver<NodeGetVolumeStatsResponse> caller) {
    Answer.to(
        caller,
        () -> {
          Answer.required("volume id", request.getVolumeId());
          return stats(Path.of(Answer.required("volume path", request.getVolumePath())));
        });
  }

  private static NodeGetVolumeStatsResponse stats(Path path) throws IOException {
    Entry mounted =
        MountTable.read()
            .top(path)
            .filter(Entry::isOurs)
            .orElseThrow(
                () ->
                    Status.NOT_FOUND
                        .withDescription("no data set is mounted on " + path)
                        .asRuntimeException());
    if (mounted.isDead()) {
      return NodeGetVolumeStatsResponse.newBuilder()
          .setVolumeCondition(
              VolumeCondition.newBuilder()
                  .setAbnormal(true)
                  .setMessage("the processes of the mount are gone; it is mounted again"))
          .build();
    }
    FileStore store = Files.getFileStore(path);
    return NodeGetVolumeStatsResponse.newBuilder()
        .addUsage(
            VolumeUsage.newBuilder()
                .setUnit(VolumeUsage.Unit.BYTES)
                .setTotal(store.getTotalSpace())
                .setAvailable(store.getUsableSpace())
                .setUsed(store.getTotalSpace() - store.getUnallocatedSpace()))
        .setVolumeCondition(VolumeCondition.newBuilder().setMessage("served"))
        .build();
  }
}
