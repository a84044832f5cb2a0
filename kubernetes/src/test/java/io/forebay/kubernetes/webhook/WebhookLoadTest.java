package io.forebay.kubernetes.webhook;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.forebay.dataset.affinity.DataSetName;
import io.forebay.dataset.affinity.LocalityTiers;
import io.forebay.dataset.affinity.NodeLabels;
import io.forebay.kubernetes.affinity.FollowedCluster;
import io.forebay.kubernetes.affinity.PodAffinity;
import io.forebay.kubernetes.cluster.Cluster;
import io.forebay.kubernetes.cluster.ClusterExtension;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import nl.altindag.ssl.util.TrustManagerUtils;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What a pod costs where 1,000 nodes cache 100 data sets, and how long the API server would wait at
 * 500 pods a second. It prints figures and requires none, for machines differ.
 */
@ExtendWith(ClusterExtension.class)
@Tag("long")
@Timeout(value = 10, unit = MINUTES)
class WebhookLoadTest {

  private static final int NODES = 1000;
  private static final int DATA_SETS = 100;

  /** Of a node. */
  private static final int PLACED = 10;

  private static final int PER_SECOND = 500;
  private static final int WARM_UP_SECONDS = 10;
  private static final int SECONDS = 20;

  @Test
  void fiveHundredPodsASecondAtAThousandNodes(Cluster cluster) throws Exception {
    String namespace = cluster.namespace();
    try (SimulatedNodes nodes = new SimulatedNodes(cluster, "load");
        Replicas replicas = Replicas.start(cluster, 1)) {
      for (int node = 0; node < NODES; node++) {
        nodes.add(labels(namespace, node));
      }
      for (int i = 0; i < DATA_SETS; i++) {
        nodes.claim(namespace, "claim-" + i, "data-" + i);
      }
      nodes.awaitBound(namespace);
      Pod last = nodes.podWithClaim("probe", "claim-" + (DATA_SETS - 1)).build();
      replicas.requireAnswers();
      replicas.awaitAffinity(namespace, last);
      printCost(cluster, namespace, nodes);
      printLatencies(replicas, namespace, nodes);
    }
  }

  private static Map<String, String> labels(String namespace, int node) {
    Map<String, String> labels = new HashMap<>();
    labels.put("topology.kubernetes.io/zone", "zone-" + node % 3);
    labels.put("topology.kubernetes.io/region", "region");
    for (int i = 0; i < PLACED; i++) {
      DataSetName name = new DataSetName(namespace, "data-" + (node + i * PLACED) % DATA_SETS);
      labels.put(NodeLabels.placed(name), NodeLabels.TRUE);
      labels.put(NodeLabels.cached(name), "25");
    }
    return labels;
  }

  private static void printCost(Cluster cluster, String namespace, SimulatedNodes nodes)
      throws Exception {
    LocalityTiers tiers = LocalityTiers.DEFAULT;
    try (FollowedCluster followed = new FollowedCluster(cluster.client(), tiers)) {
      await().atMost(1, MINUTES).until(followed::isComplete);
      PodAffinity affinity = new PodAffinity(followed.catalog(), tiers);
      Pod pod =
          new PodBuilder(nodes.podWithClaim("pod", "claim-7").build())
              .editMetadata()
              .withNamespace(namespace)
              .endMetadata()
              .build();
      long[] nanos = new long[20_000];
      for (int i = 0; i < nanos.length; i++) {
        long start = System.nanoTime();
        Pod applied = affinity.apply(pod);
        nanos[i] = System.nanoTime() - start;
        assertThat(applied).isNotSameAs(pod);
      }
      long[] warm = Arrays.copyOfRange(nanos, nanos.length / 2, nanos.length);
      print("affinity of one pod", warm);
    }
  }

  private static void printLatencies(Replicas replicas, String namespace, SimulatedNodes nodes)
      throws Exception {
    List<byte[]> reviews = new ArrayList<>();
    for (int i = 0; i < DATA_SETS; i++) {
      reviews.add(review(namespace, nodes.podWithClaim("pod-" + i, "claim-" + i).build()));
    }
    try (HttpClient client = HttpClient.newBuilder().sslContext(trustingAll()).build()) {
      URI mutate = URI.create("https://localhost:" + replicas.address().getPort() + "/mutate");
      drive(client, mutate, reviews, WARM_UP_SECONDS);
      print(PER_SECOND + " reviews/s", drive(client, mutate, reviews, SECONDS));
    }
  }

  /** Sends at fixed times, whether earlier requests are answered or not. */
  private static long[] drive(HttpClient client, URI uri, List<byte[]> reviews, int seconds)
      throws Exception {
    List<Future<Long>> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      long start = System.nanoTime();
      for (int i = 0; i < PER_SECOND * seconds; i++) {
        long due = start + i * (TimeUnit.SECONDS.toNanos(1) / PER_SECOND);
        while (System.nanoTime() < due) {
          LockSupport.parkNanos(due - System.nanoTime());
        }
        byte[] review = reviews.get(i % reviews.size());
        answers.add(threads.submit(() -> answered(client, uri, review, due)));
      }
      long[] nanos = new long[answers.size()];
      for (int i = 0; i < nanos.length; i++) {
        nanos[i] = answers.get(i).get(1, MINUTES);
      }
      return nanos;
    }
  }

  private static long answered(HttpClient client, URI uri, byte[] review, long due)
      throws Exception {
    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(uri)
                .timeout(Duration.ofMinutes(1))
                .POST(HttpRequest.BodyPublishers.ofByteArray(review))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).contains("\"patch\"");
    return System.nanoTime() - due;
  }

  private static byte[] review(String namespace, Pod pod) {
    return """
        {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": {
          "uid": "1", "namespace": "%s", "operation": "CREATE", "object": %s}}
        """
        .formatted(namespace, new KubernetesSerialization().asJson(pod))
        .getBytes(StandardCharsets.UTF_8);
  }

  /** The certificate has the service's name, and trust costs the same for another. */
  private static SSLContext trustingAll() throws Exception {
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, new TrustManager[] {TrustManagerUtils.createUnsafeTrustManager()}, null);
    return tls;
  }

  private static void print(String what, long[] nanos) {
    Arrays.sort(nanos);
    System.out.printf(
        Locale.ROOT,
        "%s: median %.3f ms, p99 %.3f ms, p99.9 %.3f ms, longest %.1f ms (%d)%n",
        what,
        nanos[nanos.length / 2] / 1e6,
        nanos[nanos.length * 99 / 100] / 1e6,
        nanos[(int) (nanos.length * 0.999)] / 1e6,
        nanos[nanos.length - 1] / 1e6,
        nanos.length);
  }
}
