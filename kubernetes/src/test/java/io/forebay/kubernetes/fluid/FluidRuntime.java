package io.forebay.kubernetes.fluid;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.forebay.kubernetes.cluster.Cluster;
import io.forebay.kubernetes.cluster.Images;
import io.forebay.kubernetes.cluster.Worker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Plays the part of Fluid's controllers: makes the pods of a data set of the class in {@code
 * deploy/fluid}, in the shapes that Fluid gives them. Only the kind of the workers differs, which
 * are an AdvancedStatefulSet there.
 */
final class FluidRuntime {

  static final String NAME = "demo";
  static final String SECRET = "demo-keys";

  private static final String COMPONENT = "cacheruntime.fluid.io/component-name";
  private static final String CONFIG_MAP = "fluid-runtime-config-" + NAME;
  private static final String TIER = "/etc/fluid/mount/tiered-store/level-0-index-0-emptydir";
  private static final String CONFIG = "fluid-runtime-" + NAME + "-config";

  private final Cluster cluster;
  private final String namespace;
  private final Path mountRoot;
  private final GenericKubernetesResource runtimeClass;

  /**
   * @param mountRoot on the node, below a shared mount
   */
  FluidRuntime(Cluster cluster, String namespace, Path mountRoot) throws IOException {
    this.cluster = cluster;
    this.namespace = namespace;
    this.mountRoot = mountRoot;
    this.runtimeClass =
        Serialization.unmarshal(
            Files.readString(Path.of("deploy/fluid/class.yaml")), GenericKubernetesResource.class);
  }

  static String label() {
    return COMPONENT;
  }

  static String workers() {
    return NAME + "-worker";
  }

  Path mount() {
    return data().resolve("cache-fuse");
  }

  private Path data() {
    return mountRoot.resolve("cache").resolve(namespace).resolve(NAME);
  }

  /** Creates it, or exchanges it, as a change of the data set's mounts does. */
  void configure(String runtimeJson) {
    cluster
        .client()
        .configMaps()
        .inNamespace(namespace)
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withName(CONFIG_MAP)
                .endMetadata()
                .addToData("runtime.json", runtimeJson)
                .build())
        .serverSideApply();
  }

  void keys(String id, String secret) {
    cluster
        .client()
        .secrets()
        .inNamespace(namespace)
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withName(SECRET)
                .endMetadata()
                .addToStringData("id", id)
                .addToStringData("secret", secret)
                .build())
        .serverSideApply();
  }

  void start(int replicas, String quota) {
    var client = cluster.client();
    Map<String, String> labels = Map.of(COMPONENT, workers());
    client
        .services()
        .inNamespace(namespace)
        .resource(
            new ServiceBuilder()
                .withNewMetadata()
                .withName("svc-" + workers())
                .endMetadata()
                .withNewSpec()
                .withClusterIP("None")
                .withSelector(labels)
                .withPublishNotReadyAddresses(true)
                .endSpec()
                .build())
        .create();
    PodTemplateSpec worker =
        new PodTemplateSpecBuilder(template("worker", labels))
            .editSpec()
            .addToVolumes(
                new VolumeBuilder()
                    .withName("tiered-store-level-0-index-0")
                    .withNewEmptyDir()
                    .withSizeLimit(new Quantity(quota))
                    .endEmptyDir()
                    .build(),
                new VolumeBuilder()
                    .withName("cache-mnt-secret-" + SECRET)
                    .withNewSecret()
                    .withSecretName(SECRET)
                    .endSecret()
                    .build())
            .editFirstContainer()
            .addToVolumeMounts(
                new VolumeMountBuilder()
                    .withName("tiered-store-level-0-index-0")
                    .withMountPath(TIER)
                    .build(),
                new VolumeMountBuilder()
                    .withName("cache-mnt-secret-" + SECRET)
                    .withMountPath("/etc/fluid/secrets/" + SECRET)
                    .withReadOnly(true)
                    .build())
            .endContainer()
            .endSpec()
            .build();
    client
        .apps()
        .statefulSets()
        .inNamespace(namespace)
        .resource(
            new StatefulSetBuilder()
                .withNewMetadata()
                .withName(workers())
                .endMetadata()
                .withNewSpec()
                .withReplicas(replicas)
                .withServiceName("svc-" + workers())
                .withPodManagementPolicy("Parallel")
                .withNewSelector()
                .withMatchLabels(labels)
                .endSelector()
                .withTemplate(worker)
                .endSpec()
                .build())
        .create();
    startClient();
  }

  private void startClient() {
    // Fluid's CSI driver labels the node when the first pod uses the data set there.
    String used = "fluid.io/f-" + namespace + "-" + NAME;
    cluster
        .client()
        .nodes()
        .withName(Worker.NAME)
        .edit(
            node -> {
              node.getMetadata().getLabels().put(used, "true");
              return node;
            });
    Map<String, String> labels = Map.of(COMPONENT, NAME + "-client");
    PodTemplateSpec client =
        new PodTemplateSpecBuilder(template("client", labels))
            .editSpec()
            .addToNodeSelector(used, "true")
            .addToVolumes(
                new VolumeBuilder()
                    .withName("fluid-cache-runtime-shared-path")
                    .withNewHostPath()
                    .withPath(data().toString())
                    .withType("DirectoryOrCreate")
                    .endHostPath()
                    .build())
            .editFirstContainer()
            .addToVolumeMounts(
                new VolumeMountBuilder()
                    .withName("fluid-cache-runtime-shared-path")
                    .withMountPath(data().toString())
                    .withMountPropagation("Bidirectional")
                    .build())
            .endContainer()
            .endSpec()
            .build();
    cluster
        .client()
        .apps()
        .daemonSets()
        .inNamespace(namespace)
        .resource(
            new DaemonSetBuilder()
                .withNewMetadata()
                .withName(NAME + "-client")
                .endMetadata()
                .withNewSpec()
                .withNewSelector()
                .withMatchLabels(labels)
                .endSelector()
                .withTemplate(client)
                .endSpec()
                .build())
        .create();
  }

  /** The job of a DataLoad. */
  void load(String job, String paths, String replicas) {
    List<String> command = runtimeClass.get("dataOperationSpecs", 0, "command");
    cluster
        .client()
        .batch()
        .v1()
        .jobs()
        .inNamespace(namespace)
        .resource(
            new JobBuilder()
                .withNewMetadata()
                .withName(job)
                .endMetadata()
                .withNewSpec()
                .withBackoffLimit(3)
                .withNewTemplate()
                .withNewSpec()
                .withRestartPolicy("Never")
                .addNewContainer()
                .withName("dataloader")
                .withImage(Images.FOREBAY)
                .withImagePullPolicy("Never")
                .withCommand(command)
                .withEnv(
                    variable("FLUID_RUNTIME_CONFIG_PATH", "/etc/fluid/config/runtime.json"),
                    variable("FLUID_DATALOAD_METADATA", "true"),
                    variable("FLUID_DATALOAD_DATA_PATH", paths),
                    variable("FLUID_DATALOAD_PATH_REPLICAS", replicas))
                .withVolumeMounts(
                    new VolumeMountBuilder()
                        .withName(CONFIG)
                        .withMountPath("/etc/fluid/config")
                        .build())
                .endContainer()
                .withVolumes(
                    new VolumeBuilder()
                        .withName(CONFIG)
                        .withNewConfigMap()
                        .withName(CONFIG_MAP)
                        .endConfigMap()
                        .build())
                .endSpec()
                .endTemplate()
                .endSpec()
                .build())
        .create();
  }

  private PodTemplateSpec template(String component, Map<String, String> labels) {
    PodTemplateSpec template =
        Serialization.unmarshal(
            Serialization.asJson(runtimeClass.get("topology", component, "template")),
            PodTemplateSpec.class);
    Container container =
        new ContainerBuilder(template.getSpec().getContainers().get(0))
            .withImage(Images.FOREBAY)
            .withImagePullPolicy("Never")
            .withNewResources()
            .endResources()
            .addToEnv(
                variable("FLUID_DATASET_NAME", NAME),
                variable("FLUID_DATASET_NAMESPACE", namespace),
                variable("FLUID_RUNTIME_COMPONENT_TYPE", component),
                variable("FLUID_RUNTIME_COMPONENT_SVC_NAME", "svc-" + workers()),
                variable("FLUID_RUNTIME_CONFIG_PATH", "/etc/fluid/config/runtime.json"),
                variable("FLUID_RUNTIME_MOUNT_PATH", mount().toString()))
            .addToVolumeMounts(
                new VolumeMountBuilder()
                    .withName(CONFIG)
                    .withMountPath("/etc/fluid/config")
                    .withReadOnly(true)
                    .build())
            .build();
    return new PodTemplateSpecBuilder(template)
        .editOrNewMetadata()
        .addToLabels(labels)
        .endMetadata()
        .editSpec()
        .withContainers(container)
        .addToVolumes(
            new VolumeBuilder()
                .withName(CONFIG)
                .withNewConfigMap()
                .withName(CONFIG_MAP)
                .endConfigMap()
                .build())
        .endSpec()
        .build();
  }

  private static EnvVar variable(String name, String value) {
    return new EnvVarBuilder().withName(name).withValue(value).build();
  }
}
