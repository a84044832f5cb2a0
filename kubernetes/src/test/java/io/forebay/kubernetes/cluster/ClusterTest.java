package io.forebay.kubernetes.cluster;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the other tests of a cluster take for granted. */
@ExtendWith(ClusterExtension.class)
class ClusterTest {

  @Test
  void runsPods(Cluster cluster) throws Exception {
    cluster.worker();
    String namespace = cluster.namespace();
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withName("greeting")
            .endMetadata()
            .withNewSpec()
            .withRestartPolicy("Never")
            .addNewContainer()
            .withName("main")
            .withImage(Images.BUSYBOX)
            .withImagePullPolicy("Never")
            .withCommand("sh", "-c", "echo hello; nc -w 20 $KUBERNETES_SERVICE_HOST 443 </dev/null")
            .endContainer()
            .endSpec()
            .build();
    cluster.client().pods().inNamespace(namespace).resource(pod).create();
    await()
        .atMost(2, MINUTES)
        .until(
            () ->
                "Succeeded"
                    .equals(
                        cluster
                            .client()
                            .pods()
                            .inNamespace(namespace)
                            .withName("greeting")
                            .get()
                            .getStatus()
                            .getPhase()));
    assertThat(cluster.kubectl("logs", "-n", namespace, "greeting")).contains("hello");
  }

  @Test
  void runsForebayAsAUserThatIsNotRoot(Cluster cluster) throws Exception {
    cluster.worker().importForebay();
    String namespace = cluster.namespace();
    String said =
        cluster.kubectl(
            "run",
            "-n",
            namespace,
            "version",
            "--image=" + Images.FOREBAY,
            "--image-pull-policy=Never",
            "--restart=Never",
            "--attach",
            "--",
            "--version");
    assertThat(said).contains("forebay", "Java 25");
  }
}
