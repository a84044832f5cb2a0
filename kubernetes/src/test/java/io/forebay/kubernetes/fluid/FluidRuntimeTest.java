package io.forebay.kubernetes.fluid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.kubernetes.cluster.Cluster;
import io.forebay.kubernetes.cluster.ClusterExtension;
import io.forebay.kubernetes.cluster.Images;
import io.forebay.samples.oss.OssServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A data set as Fluid runs it, on a real node: two workers, a client, and a pod that trains. */
@ExtendWith(ClusterExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class FluidRuntimeTest {

  private static final int FILE_BYTES = 300_000;
  private static final int FILES = 8;

  private final Map<String, String> digests = new TreeMap<>();
  private Cluster cluster;
  private String namespace;
  private OssServer oss;
  private ServiceDns dns;
  private FluidRuntime runtime;

  @BeforeAll
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void start(Cluster given) throws Exception {
    cluster = given;
    cluster.worker().importForebay();
    namespace = cluster.namespace();
    Path root = Files.createDirectories(cluster.directory().resolve(namespace));
    oss =
        OssServer.builder()
            .host(cluster.outside())
            .bucket("bucket")
            .key("id", "first-secret")
            .start();
    for (int i = 0; i < FILES; i++) {
      add("data/train/file-" + i);
      add("data/later/file-" + i);
      add("more/file-" + i);
    }
    runtime = new FluidRuntime(cluster, namespace, root);
    dns = new ServiceDns(cluster, namespace, FluidRuntime.label(), FluidRuntime.workers());
    runtime.keys("id", "first-secret");
    runtime.configure(config(mount("oss://bucket/data", "/")));
    runtime.start(2, "64Mi");
    Path trainer =
        Files.writeString(
            root.resolve("trainer.yaml"),
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: trainer}
            spec:
              terminationGracePeriodSeconds: 1
              securityContext: {runAsUser: 1000, runAsNonRoot: true}
              containers:
                - name: main
                  image: %s
                  imagePullPolicy: Never
                  command: [sleep, infinity]
                  volumeMounts: [{name: data, mountPath: /data, mountPropagation: HostToContainer}]
              volumes: [{name: data, hostPath: {path: %s, type: DirectoryOrCreate}}]
            """
                .formatted(Images.BUSYBOX, runtime.mount().getParent()));
    cluster.kubectl(
        "rollout", "status", "-n", namespace, "sts/" + FluidRuntime.workers(), "--timeout=110s");
    cluster.kubectl(
        "rollout",
        "status",
        "-n",
        namespace,
        "ds/" + FluidRuntime.NAME + "-client",
        "--timeout=110s");
    cluster.kubectl("apply", "-n", namespace, "-f", trainer.toString());
    cluster.kubectl(
        "wait", "-n", namespace, "pod/trainer", "--for=condition=Ready", "--timeout=1m");
  }

  @AfterAll
  @Timeout(value = 3, unit = TimeUnit.MINUTES)
  void stop() throws Exception {
    if (namespace != null) {
      cluster.kubectl("delete", "pod,sts,ds,job", "--all", "-n", namespace, "--timeout=110s");
    }
    if (dns != null) {
      dns.close();
    }
    if (oss != null) {
      oss.close();
    }
  }

  private void add(String path) throws Exception {
    byte[] content = new byte[FILE_BYTES];
    new Random(path.hashCode()).nextBytes(content);
    oss.put("bucket", path, content);
    digests.put(
        path, HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content)));
  }

  /** As Fluid writes it: the shared options are those of each mount. */
  private String mount(String root, String path) {
    return """
    {"mountPoint":"%s","options":{"fs.oss.endpoint":"%s"},"encryptOptions":{\
    "fs.oss.accessKeyId":"/etc/fluid/secrets/%3$s/id",\
    "fs.oss.accessKeySecret":"/etc/fluid/secrets/%3$s/secret"},"name":"one","path":"%4$s"}"""
        .formatted(root, oss.endpoint(), FluidRuntime.SECRET, path);
  }

  private String config(String mounts) {
    String options =
        "{\"members\":\"dns://%s/svc-%s.%s:7070\"}"
            .formatted(dns.address(), FluidRuntime.workers(), namespace);
    return """
    {"mounts":[%s],"accessModes":["ReadOnlyMany"],"targetPath":"%s",\
    "worker":{"enabled":true,"name":"%s","options":%4$s,"replicas":2,"service":{"name":"svc-%3$s"},\
    "tieredStoreLevels":[{"mountPaths":["/etc/fluid/mount/tiered-store/level-0-index-0-emptydir"],\
    "mediumType":"HDD","quotas":["64Mi"],"high":"0.99","low":"0.97"}]},\
    "client":{"enabled":true,"name":"demo-client","options":%4$s,"service":{"name":""}}}"""
        .formatted(mounts, runtime.mount(), FluidRuntime.workers(), options);
  }

  private String inTrainer(String script) throws Exception {
    return cluster.kubectl(
        "exec", "-n", namespace, "trainer", "--", "sh", "-c", "cd /data/cache-fuse && " + script);
  }

  private boolean isReadAs(String path, String object) throws Exception {
    return inTrainer("sha256sum " + path + " 2>&1 || true").startsWith(digests.get(object));
  }

  private JsonNode report() throws Exception {
    return new ObjectMapper()
        .readTree(
            cluster.kubectl(
                "exec",
                "-n",
                namespace,
                FluidRuntime.workers() + "-0",
                "-c",
                "worker",
                "--",
                "sh",
                "-c",
                "forebay fluid report 2>/dev/null"));
  }

  private void load(String job) throws Exception {
    runtime.load(job, "/train:/later", "1:1");
    cluster.kubectl(
        "wait", "-n", namespace, "job/" + job, "--for=condition=Complete", "--timeout=110s");
  }

  /** How often the objects that are loaded were asked for. */
  private Map<String, Long> fetched() {
    Map<String, Long> fetched = new TreeMap<>(oss.traffic().getsByPath());
    fetched.keySet().removeIf(path -> !path.startsWith("/bucket/data/"));
    return fetched;
  }

  @Test
  void aPodReadsTheDataSetThroughTheClient() throws Exception {
    for (int i = 0; i < FILES; i++) {
      assertThat(isReadAs("train/file-" + i, "data/train/file-" + i)).isTrue();
    }
    assertThat(inTrainer("touch new 2>&1 || true")).contains("Read-only");
  }

  @Test
  void changedMountsAndKeysAreFollowed() throws Exception {
    oss.rotateKey("id", "second-secret");
    runtime.keys("id", "second-secret");
    await().atMost(2, TimeUnit.MINUTES).until(() -> isReadAs("later/file-0", "data/later/file-0"));

    runtime.configure(
        config(mount("oss://bucket/data", "/") + "," + mount("oss://bucket/more", "/more")));
    await().atMost(4, TimeUnit.MINUTES).until(() -> isReadAs("more/file-0", "more/file-0"));
    assertThat(isReadAs("later/file-1", "data/later/file-1")).isTrue();
  }

  @Test
  void whatIsLoadedIsReportedAndHandedOverWhenAWorkerIsTakenAway() throws Exception {
    load("load");
    await()
        .atMost(1, TimeUnit.MINUTES)
        .untilAsserted(
            () -> assertThat(report().get("cacheCapacity").asText()).isEqualTo("128.00MiB"));
    JsonNode loaded = report();
    assertThat(loaded.get("cached").asText()).endsWith("MiB");
    assertThat(loaded.get("cachedPercentage").asText()).matches("[0-9]+\\.[0-9]%");
    assertThat(isReadAs("train/file-2", "data/train/file-2")).isTrue();
    assertThat(report().get("cacheHitRatio").asText()).matches("[0-9]+\\.[0-9]%");
    Map<String, Long> fetched = fetched();

    cluster.kubectl("scale", "-n", namespace, "sts/" + FluidRuntime.workers(), "--replicas=1");
    cluster.kubectl(
        "wait",
        "-n",
        namespace,
        "pod/" + FluidRuntime.workers() + "-1",
        "--for=delete",
        "--timeout=110s");
    await()
        .atMost(1, TimeUnit.MINUTES)
        .untilAsserted(
            () -> assertThat(report().get("cacheCapacity").asText()).isEqualTo("64.00MiB"));
    load("again");
    assertThat(fetched()).isEqualTo(fetched);
    cluster.kubectl("scale", "-n", namespace, "sts/" + FluidRuntime.workers(), "--replicas=2");
    cluster.kubectl(
        "rollout", "status", "-n", namespace, "sts/" + FluidRuntime.workers(), "--timeout=110s");
  }
}
