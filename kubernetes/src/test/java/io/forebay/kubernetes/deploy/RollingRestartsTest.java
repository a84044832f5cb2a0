package io.forebay.kubernetes.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forebay.kubernetes.cluster.Cluster;
import io.forebay.kubernetes.cluster.ClusterExtension;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Pods that read through a mount of the node, and through a volume, while the pods that serve both
 * are replaced again and again.
 */
@ExtendWith(ClusterExtension.class)
@Timeout(value = 40, unit = TimeUnit.MINUTES)
class RollingRestartsTest {

  /** In each of them all three are replaced. */
  private static final int ROUNDS = Integer.getInteger("forebay.rounds", 1);

  /** Says what went wrong, and which round it begins. One file stays open. */
  private static final String READER =
      """
      cd $(dirname $(find /data -name file-0 | head -n 1)) || exit 1
      sha256sum * > /tmp/sums
      exec 3< file-0
      n=0
      while true; do
        n=$((n + 1))
        echo "round $n"
        names=$(ls | wc -l)
        [ "$names" = 20 ] || echo "FAILED: $names names"
        sha256sum -c /tmp/sums > /dev/null 2> /tmp/error || { echo FAILED; cat /tmp/error; }
        head -c 1000 <&3 > /dev/null || echo "FAILED: the open file"
      done
      """;

  @Test
  void noReadFailsWhileMountPodsAndDriverAreReplaced(Cluster cluster) throws Exception {
    Demo demo = new Demo(cluster);
    demo.install("csi: {enabled: true, kubelet: " + cluster.directory() + "/kubelet}");
    demo.start("mount-reader", demo.mounts(), READER);
    demo.start(
        "volume-reader",
        "csi: {driver: csi.forebay.io, readOnly: true, volumeAttributes: {dataset: demo}}",
        READER);
    for (int round = 0; round < ROUNDS; round++) {
      for (String component : new String[] {"mount", "csi", "hold"}) {
        long before = round(demo, "mount-reader");
        long beforeVolume = round(demo, "volume-reader");
        demo.kubectl(
            "delete", "pod", "--selector=app.kubernetes.io/component=" + component, "--wait");
        demo.rolledOut();
        // The store has what it needs for the next restart when keepers have given it all again.
        await()
            .atMost(1, TimeUnit.MINUTES)
            .ignoreExceptions()
            .until(
                () ->
                    demo.kubectl(list(demo)).lines().filter(l -> l.startsWith("served")).count()
                        == 2);
        await()
            .atMost(2, TimeUnit.MINUTES)
            .until(
                () ->
                    round(demo, "mount-reader") > before + 1
                        && round(demo, "volume-reader") > beforeVolume + 1);
      }
    }
    for (String reader : new String[] {"mount-reader", "volume-reader"}) {
      assertThat(demo.kubectl("logs", reader, "--tail=-1")).as(reader).doesNotContain("FAILED");
    }
    demo.kubectl("delete", "pod", "mount-reader", "volume-reader", "--wait");
    Helm.run(cluster, "uninstall", "forebay", "--namespace", demo.namespace(), "--wait");
  }

  private static String[] list(Demo demo) {
    return new String[] {
      "exec",
      "ds/forebay-hold",
      "--",
      "forebay",
      "hold",
      "--list",
      "--socket",
      demo.root() + "/hold/hold.sock"
    };
  }

  private static long round(Demo demo, String reader) throws Exception {
    String last = demo.kubectl("logs", reader, "--tail=1").strip();
    return last.startsWith("round ") ? Long.parseLong(last.substring("round ".length())) : 0;
  }
}
