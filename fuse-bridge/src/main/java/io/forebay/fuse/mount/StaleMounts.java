package io.forebay.fuse.mount;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What is left where all processes of a mount died at once, so that none of them could take it
 * away: mounts that answer nothing any more, and the stages of keepers. A mount that is to outlive
 * its processes stays, for its readers must not take the directory below for it; so does one in a
 * folder of Kubernetes' pods: a container that starts again would find the empty directory below,
 * and write to the node's disk. The kubelet has those taken away when the pod ends.
 */
public final class StaleMounts {

  private StaleMounts() {}

  /**
   * Takes all of it away that this user may.
   *
   * @return what is no longer there
   */
  public static List<Path> remove() throws IOException {
    List<Path> removed = new ArrayList<>();
    for (MountPoint point : MountPoint.ofProcesses()) {
      if (!isOfPod(point.path()) && point.isDead() && point.detach() == 0) {
        removed.add(point.path());
      }
    }
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    try (DirectoryStream<Path> stages =
        Files.newDirectoryStream(temporary, ClassArchive.PREFIX + "*")) {
      for (Path archive : stages) {
        if (ClassArchive.removeAbandoned(archive)) {
          removed.add(archive);
        }
      }
    }
    return removed;
  }

  /** Wherever the kubelet has its root: volumes of CSI drivers, and directories of them. */
  private static boolean isOfPod(Path path) {
    return path.toString().contains("/pods/")
        && (path.toString().contains("/volumes/kubernetes.io~csi/")
            || path.toString().contains("/volume-subpaths/"));
  }
}
