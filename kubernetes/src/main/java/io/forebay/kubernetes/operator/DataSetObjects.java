package io.forebay.kubernetes.operator;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.forebay.kubernetes.image.ForebayImage;
import io.forebay.store.Medium;
import io.forebay.store.TierOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The objects that serve a data set: pure functions of its manifests. */
final class DataSetObjects {

  private static final String LABEL = "data.fluid.io/dataset";
  private static final String COMPONENT = "app.kubernetes.io/component";
  private static final String CONFIG = "fluid-config";
  private static final String CONFIG_FOLDER = "/etc/fluid/config";
  private static final String SIZE = "100Pi";
  private static final long USER = Long.parseLong(ForebayImage.USER);

  private final Served served;
  private final OperatorSettings settings;
  private final GenericKubernetesResource runtimeClass;

  DataSetObjects(Served served, OperatorSettings settings) {
    this.served = served;
    this.settings = settings;
    this.runtimeClass = settings.runtimeClass();
  }

  /** In the order in which they are made. */
  List<HasMetadata> all() {
    return List.of(
        account(),
        role(),
        roleBinding(),
        config(),
        service(),
        workers(),
        client(),
        volume(),
        claim());
  }

  /** Where the client mounts on each node. */
  private String mountPoint() {
    return folder() + "/cache-fuse";
  }

  private String folder() {
    return settings.mountRoot() + "/" + served.namespace() + "/" + served.name();
  }

  private ObjectMeta metadata(String name, String component) {
    return new ObjectMetaBuilder()
        .withName(name)
        .withNamespace(served.namespace())
        .withLabels(labels(component))
        .withOwnerReferences(owner(served.object()))
        .build();
  }

  static OwnerReference owner(GenericKubernetesResource object) {
    return new OwnerReferenceBuilder()
        .withApiVersion(object.getApiVersion())
        .withKind(object.getKind())
        .withName(object.getMetadata().getName())
        .withUid(object.getMetadata().getUid())
        .withController(true)
        .build();
  }

  private Map<String, String> labels(String component) {
    return labels(served.name(), component);
  }

  static Map<String, String> labels(String dataSet, String component) {
    return Map.of("app.kubernetes.io/name", "forebay", LABEL, dataSet, COMPONENT, component);
  }

  private String accountName() {
    return "forebay-" + served.name();
  }

  private HasMetadata account() {
    return new ServiceAccountBuilder().withMetadata(metadata(accountName(), "access")).build();
  }

  /** Workers and clients find the workers. */
  private HasMetadata role() {
    return new RoleBuilder()
        .withMetadata(metadata(accountName(), "access"))
        .withRules(
            new PolicyRuleBuilder()
                .withApiGroups("discovery.k8s.io")
                .withResources("endpointslices")
                .withVerbs("list", "watch")
                .build())
        .build();
  }

  private HasMetadata roleBinding() {
    return new RoleBindingBuilder()
        .withMetadata(metadata(accountName(), "access"))
        .withNewRoleRef("rbac.authorization.k8s.io", "Role", accountName())
        .addNewSubject("", "ServiceAccount", accountName(), served.namespace())
        .build();
  }

  private HasMetadata config() {
    return new ConfigMapBuilder()
        .withMetadata(metadata(served.configMap(), "config"))
        .addToData("runtime.json", served.runtimeJson(mountPoint()))
        .build();
  }

  private HasMetadata service() {
    return new ServiceBuilder()
        .withMetadata(metadata(served.service(), "worker"))
        .withNewSpec()
        .withClusterIP("None")
        .withSelector(labels("worker"))
        .withPorts(
            new ServicePortBuilder().withName("forebay").withPort(7070).build(),
            new ServicePortBuilder().withName("admin").withPort(7071).build())
        .endSpec()
        .build();
  }

  private HasMetadata workers() {
    List<Volume> volumes = new ArrayList<>();
    List<VolumeMount> mounts = new ArrayList<>();
    List<String> folders = new ArrayList<>();
    addTiers(volumes, mounts, folders);
    List<VolumeMount> tierMounts = List.copyOf(mounts);
    addSecrets(volumes, mounts);
    PodTemplateSpec template = template("worker", volumes, mounts);
    if (!folders.isEmpty()) {
      template
          .getSpec()
          .setInitContainers(
              List.of(owning(template.getSpec().getContainers().get(0), folders, tierMounts)));
    }
    return new StatefulSetBuilder()
        .withMetadata(metadata(served.workers(), "worker"))
        .withNewSpec()
        .withReplicas(served.replicas())
        .withServiceName(served.service())
        .withPodManagementPolicy("Parallel")
        .withNewSelector()
        .withMatchLabels(labels("worker"))
        .endSelector()
        .withTemplate(template)
        .endSpec()
        .build();
  }

  private HasMetadata client() {
    String volume = "mounts";
    List<Volume> volumes =
        new ArrayList<>(
            List.of(
                new VolumeBuilder()
                    .withName(volume)
                    .withNewHostPath()
                    .withPath(folder())
                    .withType("DirectoryOrCreate")
                    .endHostPath()
                    .build()));
    List<VolumeMount> mounts =
        new ArrayList<>(
            List.of(
                new VolumeMountBuilder()
                    .withName(volume)
                    .withMountPath(folder())
                    .withMountPropagation("Bidirectional")
                    .build()));
    if (served.isWritable()) {
      addSecrets(volumes, mounts);
    }
    return new DaemonSetBuilder()
        .withMetadata(metadata(served.client(), "client"))
        .withNewSpec()
        .withNewSelector()
        .withMatchLabels(labels("client"))
        .endSelector()
        .withTemplate(template("client", volumes, mounts))
        .endSpec()
        .build();
  }

  /** A pod that comes before the mount waits: the folder is made with the mount. */
  private PersistentVolume volume() {
    return new PersistentVolumeBuilder()
        .withNewMetadata()
        .withName(volumeName(served.namespace(), served.name()))
        .withLabels(labels("volume"))
        .endMetadata()
        .withNewSpec()
        .withAccessModes(accessMode())
        .addToCapacity("storage", new Quantity(SIZE))
        .withPersistentVolumeReclaimPolicy("Retain")
        .withStorageClassName("")
        .withNewClaimRef()
        .withKind("PersistentVolumeClaim")
        .withApiVersion("v1")
        .withNamespace(served.namespace())
        .withName(served.name())
        .endClaimRef()
        .withNewHostPath(mountPoint(), "Directory")
        .endSpec()
        .build();
  }

  static String volumeName(String namespace, String name) {
    return namespace + "-" + name;
  }

  private PersistentVolumeClaim claim() {
    return new PersistentVolumeClaimBuilder()
        .withMetadata(metadata(served.name(), "volume"))
        .withNewSpec()
        .withAccessModes(accessMode())
        .withStorageClassName("")
        .withVolumeName(volumeName(served.namespace(), served.name()))
        .withNewResources()
        .addToRequests("storage", new Quantity(SIZE))
        .endResources()
        .endSpec()
        .build();
  }

  private String accessMode() {
    return served.isWritable() ? "ReadWriteMany" : "ReadOnlyMany";
  }

  /** Folders of the host are this data set's own, as Fluid has it. */
  private void addTiers(List<Volume> volumes, List<VolumeMount> mounts, List<String> folders) {
    for (int i = 0; i < served.tiers().size(); i++) {
      TierOptions tier = served.tiers().get(i);
      for (int j = 0; j < tier.directories().size(); j++) {
        TierOptions.Directory directory = tier.directories().get(j);
        VolumeBuilder volume = new VolumeBuilder().withName("tier-" + i + "-" + j);
        if (tier.medium() == Medium.MEM || !directory.path().isAbsolute()) {
          volume
              .withNewEmptyDir()
              .withMedium(tier.medium() == Medium.MEM ? "Memory" : "")
              .withSizeLimit(new Quantity(Long.toString(directory.quotaBytes())))
              .endEmptyDir();
        } else {
          folders.add(Served.tierPath(i, j));
          volume
              .withNewHostPath()
              .withPath(directory.path() + "/" + served.namespace() + "/" + served.name())
              .withType("DirectoryOrCreate")
              .endHostPath();
        }
        volumes.add(volume.build());
        mounts.add(
            new VolumeMountBuilder()
                .withName("tier-" + i + "-" + j)
                .withMountPath(Served.tierPath(i, j))
                .build());
      }
    }
  }

  private void addSecrets(List<Volume> volumes, List<VolumeMount> mounts) {
    TreeSet<String> names = new TreeSet<>();
    served.mounts().forEach(m -> m.secrets().values().forEach(ref -> names.add(ref.name())));
    int number = 0;
    for (String name : names) {
      String volume = "secret-" + number++;
      volumes.add(
          new VolumeBuilder()
              .withName(volume)
              .withNewSecret()
              .withSecretName(name)
              .withDefaultMode(0440)
              .endSecret()
              .build());
      mounts.add(
          new VolumeMountBuilder()
              .withName(volume)
              .withMountPath("/etc/fluid/secrets/" + name)
              .withReadOnly(true)
              .build());
    }
  }

  /** What folders of the host belong to is root. */
  private static Container owning(
      Container server, List<String> folders, List<VolumeMount> tierMounts) {
    return new ContainerBuilder()
        .withName("folders")
        .withImage(server.getImage())
        .withImagePullPolicy(server.getImagePullPolicy())
        .withCommand(
            Stream.concat(Stream.of("chown", USER + ":" + USER), folders.stream()).toList())
        .withNewSecurityContext()
        .withRunAsNonRoot(false)
        .withRunAsUser(0L)
        .withAllowPrivilegeEscalation(false)
        .withReadOnlyRootFilesystem(true)
        .withNewCapabilities()
        .withDrop("ALL")
        .withAdd("CHOWN", "DAC_OVERRIDE")
        .endCapabilities()
        .endSecurityContext()
        .withVolumeMounts(tierMounts)
        .build();
  }

  private PodTemplateSpec template(
      String component, List<Volume> volumes, List<VolumeMount> mounts) {
    PodTemplateSpec template =
        Serialization.unmarshal(
            Serialization.asJson(runtimeClass.get("topology", component, "template")),
            PodTemplateSpec.class);
    Container container =
        new ContainerBuilder(template.getSpec().getContainers().get(0))
            .withImage(settings.image())
            .withImagePullPolicy(settings.pullPolicy())
            .addToEnv(
                variable("FLUID_DATASET_NAME", served.name()),
                variable("FLUID_DATASET_NAMESPACE", served.namespace()),
                variable("FLUID_RUNTIME_COMPONENT_TYPE", component),
                variable("FLUID_RUNTIME_COMPONENT_SVC_NAME", served.service()),
                variable("FLUID_RUNTIME_CONFIG_PATH", CONFIG_FOLDER + "/runtime.json"),
                variable("FLUID_RUNTIME_MOUNT_PATH", mountPoint()))
            .addToVolumeMounts(configMount())
            .addAllToVolumeMounts(mounts)
            .build();
    return new PodTemplateSpecBuilder(template)
        .editOrNewMetadata()
        .addToLabels(labels(component))
        .endMetadata()
        .editSpec()
        .withServiceAccountName(accountName())
        .withAutomountServiceAccountToken(true)
        .withContainers(container)
        .addToVolumes(configVolume(served.configMap()))
        .addAllToVolumes(volumes)
        .endSpec()
        .build();
  }

  static EnvVar variable(String name, String value) {
    return new EnvVarBuilder().withName(name).withValue(value).build();
  }

  static VolumeMount configMount() {
    return new VolumeMountBuilder()
        .withName(CONFIG)
        .withMountPath(CONFIG_FOLDER)
        .withReadOnly(true)
        .build();
  }

  static Volume configVolume(String configMap) {
    return new VolumeBuilder()
        .withName(CONFIG)
        .withNewConfigMap()
        .withName(configMap)
        .endConfigMap()
        .build();
  }
}
