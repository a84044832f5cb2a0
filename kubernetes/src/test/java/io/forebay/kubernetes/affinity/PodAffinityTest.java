package io.forebay.kubernetes.affinity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NodeAffinity;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PreferredSchedulingTerm;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.CronJobBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.forebay.dataset.affinity.LocalityTiers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class PodAffinityTest {

  private static final String IMAGES = "fluid.io/s-training-images";
  private static final KubernetesSerialization JSON = new KubernetesSerialization();

  private final PodAffinity affinity =
      new PodAffinity(DataSetCatalog.ofClaimNames(), LocalityTiers.DEFAULT);

  @Test
  void aClaimAnInlineVolumeAndAnAnnotationAreDataSets() {
    Pod pod =
        new PodBuilder(pod())
            .editMetadata()
            .addToAnnotations(PodDataSets.DATA_SETS, "texts, other/voices")
            .endMetadata()
            .editSpec()
            .addNewVolume()
            .withNewPersistentVolumeClaim("images", true)
            .endVolume()
            .addNewVolume()
            .withNewCsi()
            .withDriver("csi.forebay.io")
            .withVolumeAttributes(Map.of("dataset", "videos"))
            .endCsi()
            .endVolume()
            .addNewVolume()
            .withNewCsi()
            .withDriver("fuse.csi.fluid.io")
            .withVolumeAttributes(Map.of("runtime_namespace", "fluid", "runtime_name", "maps"))
            .endCsi()
            .endVolume()
            .addNewVolume()
            .withNewCsi()
            .withDriver("secrets-store.csi.k8s.io")
            .withVolumeAttributes(Map.of("dataset", "no"))
            .endCsi()
            .endVolume()
            .endSpec()
            .build();
    assertThat(preferredKeys(affinity.apply(pod)))
        .filteredOn(key -> key.startsWith("fluid.io/"))
        .containsExactlyInAnyOrder(
            IMAGES,
            "fluid.io/s-training-texts",
            "fluid.io/s-other-voices",
            "fluid.io/s-training-videos",
            "fluid.io/s-fluid-maps");
  }

  @Test
  void severalRequiredDataSetsMustAllBeOnTheNode() {
    Pod pod = withNeed(withNeed(pod("images"), "images", "required"), "labels", "required");
    NodeAffinity node = nodeAffinity(affinity.apply(pod));
    assertThat(node.getRequiredDuringSchedulingIgnoredDuringExecution().getNodeSelectorTerms())
        .singleElement()
        .satisfies(
            term -> assertThat(keys(term)).containsExactly(IMAGES, "fluid.io/s-training-labels"));
  }

  @Test
  void aRequiredDataSetHoldsInEachAlternativeOfThePodsOwnTerms() {
    Pod pod =
        new PodBuilder(withNeed(pod("images"), "images", "required"))
            .editSpec()
            .withNewAffinity()
            .withNewNodeAffinity()
            .withNewRequiredDuringSchedulingIgnoredDuringExecution()
            .addToNodeSelectorTerms(
                term("gpu", "a100"), term("gpu", "h200"), new NodeSelectorTerm())
            .endRequiredDuringSchedulingIgnoredDuringExecution()
            .endNodeAffinity()
            .endAffinity()
            .endSpec()
            .build();
    List<NodeSelectorTerm> terms =
        nodeAffinity(affinity.apply(pod))
            .getRequiredDuringSchedulingIgnoredDuringExecution()
            .getNodeSelectorTerms();
    assertThat(terms).hasSize(3);
    assertThat(keys(terms.get(0))).containsExactly("gpu", IMAGES);
    assertThat(keys(terms.get(1))).containsExactly("gpu", IMAGES);
    assertThat(keys(terms.get(2))).as("a term that holds for no node").isEmpty();
  }

  @Test
  void aPodThatNamesTheLabelItselfIsLeftAlone() {
    Pod pod =
        new PodBuilder(pod("images"))
            .editSpec()
            .addToNodeSelector(IMAGES, "true")
            .endSpec()
            .build();
    assertThat(affinity.apply(pod)).isEqualTo(pod);
  }

  @Test
  void aPodWhoseNodeIsDecidedIsLeftAlone() {
    Pod placed = new PodBuilder(pod("images")).editSpec().withNodeName("n1").endSpec().build();
    assertThat(affinity.apply(placed)).isEqualTo(placed);
    Pod ofDaemonSet =
        new PodBuilder(pod("images"))
            .editSpec()
            .withNewAffinity()
            .withNewNodeAffinity()
            .withNewRequiredDuringSchedulingIgnoredDuringExecution()
            .addNewNodeSelectorTerm()
            .addToMatchFields(new NodeSelectorRequirement("metadata.name", "In", List.of("n1")))
            .endNodeSelectorTerm()
            .endRequiredDuringSchedulingIgnoredDuringExecution()
            .endNodeAffinity()
            .endAffinity()
            .endSpec()
            .build();
    assertThat(affinity.apply(ofDaemonSet)).isEqualTo(ofDaemonSet);
  }

  @Test
  void aWordThatIsNoNeedIsRefused() {
    assertThatThrownBy(() -> affinity.apply(withNeed(pod(), "images", "requird")))
        .hasMessage("fluid.io/dataset.images.sched is 'requird'; use 'required' or 'preferred'");
  }

  @Test
  void theTemplateOfAWorkloadGetsTheAffinity() {
    PodTemplateSpec template =
        new PodTemplateSpec(pod("images").getMetadata(), pod("images").getSpec());
    Deployment deployment =
        new DeploymentBuilder()
            .withNewMetadata()
            .withNamespace("training")
            .endMetadata()
            .withNewSpec()
            .withReplicas(3)
            .withTemplate(template)
            .endSpec()
            .build();
    Deployment applied = (Deployment) affinity.apply((HasMetadata) deployment);
    assertThat(applied.getSpec().getReplicas()).isEqualTo(3);
    assertThat(applied.getSpec().getTemplate()).isEqualTo(affinity.apply(template, "training"));
    assertThat(applied.getSpec().getTemplate()).isNotEqualTo(template);

    CronJob cron =
        new CronJobBuilder()
            .withNewSpec()
            .withSchedule("0 2 * * *")
            .withNewJobTemplate()
            .withNewSpec()
            .withTemplate(template)
            .endSpec()
            .endJobTemplate()
            .endSpec()
            .build();
    CronJob appliedCron = (CronJob) affinity.apply((HasMetadata) cron);
    assertThat(appliedCron.getSpec().getJobTemplate().getSpec().getTemplate())
        .isEqualTo(affinity.apply(template, "default"));

    HasMetadata daemons =
        new DaemonSetBuilder().withNewSpec().withTemplate(template).endSpec().build();
    assertThat(affinity.apply(daemons)).isSameAs(daemons);
  }

  @Property
  void applyingTwiceIsApplyingOnce(@ForAll("pods") Pod pod) {
    Pod once = affinity.apply(pod);
    assertThat(affinity.apply(once)).isEqualTo(once);
  }

  @Property
  void theOrderOfVolumesDoesNotMatter(@ForAll("pods") Pod pod, @ForAll int seed) {
    Pod shuffled = JSON.clone(pod);
    Collections.shuffle(shuffled.getSpec().getVolumes(), new Random(seed));
    assertThat(affinity.apply(shuffled).getSpec().getAffinity())
        .isEqualTo(affinity.apply(pod).getSpec().getAffinity());
  }

  @Property
  void theInputAndEverythingElseStayAsTheyAre(@ForAll("pods") Pod pod) {
    String before = JSON.asJson(pod);
    Pod applied = affinity.apply(pod);
    assertThat(JSON.asJson(pod)).isEqualTo(before);

    if (pod.getSpec().getAffinity() != null) {
      assertThat(applied.getSpec().getAffinity().getPodAffinity())
          .isEqualTo(pod.getSpec().getAffinity().getPodAffinity());
      assertThat(nodeAffinity(applied).getPreferredDuringSchedulingIgnoredDuringExecution())
          .startsWith(
              nodeAffinity(pod)
                  .getPreferredDuringSchedulingIgnoredDuringExecution()
                  .toArray(new PreferredSchedulingTerm[0]));
    }
    Pod withoutAffinity = JSON.clone(applied);
    withoutAffinity.getSpec().setAffinity(pod.getSpec().getAffinity());
    assertThat(JSON.asJson(withoutAffinity)).isEqualTo(before);
  }

  @Provide
  Arbitrary<Pod> pods() {
    Arbitrary<List<String>> claims = names().list().uniqueElements().ofMaxSize(4);
    Arbitrary<Map<String, String>> needs =
        Arbitraries.maps(names(), Arbitraries.of("required", "preferred")).ofMaxSize(3);
    return Combinators.combine(claims, needs, Arbitraries.integers().between(0, 4))
        .as(
            (volumes, sched, own) -> {
              Pod pod = pod(volumes.toArray(String[]::new));
              for (Map.Entry<String, String> need : sched.entrySet()) {
                pod = withNeed(pod, need.getKey(), need.getValue());
              }
              return withOwn(pod, own);
            });
  }

  private static Arbitrary<String> names() {
    return Arbitraries.of("images", "labels", "texts", "x".repeat(70));
  }

  /** Some affinity of the pod's own. */
  private static Pod withOwn(Pod pod, int kind) {
    if (kind == 0) {
      return pod;
    }
    var node = new PodBuilder(pod).editSpec().withNewAffinity().withNewNodeAffinity();
    if (kind != 2) {
      node.withNewRequiredDuringSchedulingIgnoredDuringExecution()
          .addToNodeSelectorTerms(term(kind == 1 ? "gpu" : IMAGES, "true"))
          .addToNodeSelectorTerms(
              kind == 4 ? new NodeSelectorTerm[] {term("gpu", "b")} : new NodeSelectorTerm[0])
          .endRequiredDuringSchedulingIgnoredDuringExecution();
    }
    return node.addNewPreferredDuringSchedulingIgnoredDuringExecution()
        .withWeight(7)
        .withPreference(term(kind == 2 ? IMAGES : "disk", "true"))
        .endPreferredDuringSchedulingIgnoredDuringExecution()
        .endNodeAffinity()
        .withNewPodAffinity()
        .addNewPreferredDuringSchedulingIgnoredDuringExecution()
        .withWeight(3)
        .withNewPodAffinityTerm()
        .withTopologyKey("kubernetes.io/hostname")
        .endPodAffinityTerm()
        .endPreferredDuringSchedulingIgnoredDuringExecution()
        .endPodAffinity()
        .endAffinity()
        .endSpec()
        .build();
  }

  private static NodeSelectorTerm term(String key, String value) {
    NodeSelectorTerm term = new NodeSelectorTerm();
    term.setMatchExpressions(List.of(new NodeSelectorRequirement(key, "In", List.of(value))));
    return term;
  }

  private static Pod withNeed(Pod pod, String dataSet, String need) {
    return new PodBuilder(pod)
        .editMetadata()
        .addToAnnotations("fluid.io/dataset." + dataSet + ".sched", need)
        .endMetadata()
        .build();
  }

  private static Pod pod(String... claims) {
    PodBuilder pod =
        new PodBuilder()
            .withNewMetadata()
            .withName("trainer")
            .withNamespace("training")
            .addToLabels("job", "one")
            .endMetadata()
            .withNewSpec()
            .addNewContainer()
            .withName("main")
            .withImage("trainer:1")
            .withNewResources()
            .addToLimits("nvidia.com/gpu", new Quantity("8"))
            .endResources()
            .endContainer()
            .endSpec();
    for (String claim : claims) {
      pod.editSpec()
          .addNewVolume()
          .withName(claim)
          .withNewPersistentVolumeClaim(claim, true)
          .endVolume()
          .endSpec();
    }
    return pod.build();
  }

  private static NodeAffinity nodeAffinity(Pod pod) {
    return pod.getSpec().getAffinity().getNodeAffinity();
  }

  private static List<String> preferredKeys(Pod pod) {
    List<String> keys = new ArrayList<>();
    nodeAffinity(pod)
        .getPreferredDuringSchedulingIgnoredDuringExecution()
        .forEach(each -> keys.addAll(keys(each.getPreference())));
    return keys;
  }

  private static List<String> keys(NodeSelectorTerm term) {
    return term.getMatchExpressions().stream().map(NodeSelectorRequirement::getKey).toList();
  }
}
