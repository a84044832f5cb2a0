package io.forebay.kubernetes.affinity;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.ReplicationController;
import io.fabric8.kubernetes.api.model.ReplicationControllerBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.CronJobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.forebay.dataset.affinity.DataAffinity;
import io.forebay.dataset.affinity.DataSetUse;
import io.forebay.dataset.affinity.LocalityTiers;
import java.util.List;
import java.util.Optional;

/**
 * Gives pods a node affinity for the data sets that they read. It never changes what it is given.
 * Thread-safe.
 *
 * <p>A pod is left alone where it selects nodes by the same labels itself, and altogether if its
 * node is decided already. Applying it to its own result changes nothing.
 */
public final class PodAffinity {

  private static final String DEFAULT_NAMESPACE = "default";

  private final PodDataSets dataSets;
  private final LocalityTiers tiers;

  public PodAffinity(DataSetCatalog catalog, LocalityTiers tiers) {
    this.dataSets = new PodDataSets(catalog);
    this.tiers = tiers;
  }

  /**
   * @throws IllegalArgumentException naming the label or annotation that cannot be understood
   */
  public Pod apply(Pod pod) {
    return affinity(pod.getMetadata(), pod.getSpec(), namespace(pod))
        .map(a -> new PodBuilder(pod).editSpec().withAffinity(a).endSpec().build())
        .orElse(pod);
  }

  /**
   * @param namespace that pods of the template run in
   * @throws IllegalArgumentException naming the label or annotation that cannot be understood
   */
  public PodTemplateSpec apply(PodTemplateSpec template, String namespace) {
    return affinity(template.getMetadata(), template.getSpec(), namespace)
        .map(a -> new PodTemplateSpecBuilder(template).editSpec().withAffinity(a).endSpec().build())
        .orElse(template);
  }

  /**
   * A workload of Kubernetes with the affinity in its template. Objects of other kinds come back as
   * they are; so do DaemonSets, whose pods run on every node anyway.
   *
   * @throws IllegalArgumentException naming the label or annotation that cannot be understood
   */
  public HasMetadata apply(HasMetadata workload) {
    String namespace = namespace(workload);
    return switch (workload) {
      case Pod pod -> apply(pod);
      case Deployment each ->
          new DeploymentBuilder(each)
              .editSpec()
              .withTemplate(apply(each.getSpec().getTemplate(), namespace))
              .endSpec()
              .build();
      case StatefulSet each ->
          new StatefulSetBuilder(each)
              .editSpec()
              .withTemplate(apply(each.getSpec().getTemplate(), namespace))
              .endSpec()
              .build();
      case ReplicaSet each ->
          new ReplicaSetBuilder(each)
              .editSpec()
              .withTemplate(apply(each.getSpec().getTemplate(), namespace))
              .endSpec()
              .build();
      case ReplicationController each ->
          new ReplicationControllerBuilder(each)
              .editSpec()
              .withTemplate(apply(each.getSpec().getTemplate(), namespace))
              .endSpec()
              .build();
      case Job each ->
          new JobBuilder(each)
              .editSpec()
              .withTemplate(apply(each.getSpec().getTemplate(), namespace))
              .endSpec()
              .build();
      case CronJob each ->
          new CronJobBuilder(each)
              .editSpec()
              .editJobTemplate()
              .editSpec()
              .withTemplate(
                  apply(each.getSpec().getJobTemplate().getSpec().getTemplate(), namespace))
              .endSpec()
              .endJobTemplate()
              .endSpec()
              .build();
      default -> workload;
    };
  }

  private static String namespace(HasMetadata object) {
    return Optional.ofNullable(object.getMetadata())
        .map(ObjectMeta::getNamespace)
        .orElse(DEFAULT_NAMESPACE);
  }

  /**
   * The affinity that a pod should have instead of its own.
   *
   * @return empty if nothing is to be changed
   * @throws IllegalArgumentException naming the label or annotation that cannot be understood
   */
  public Optional<Affinity> affinity(ObjectMeta metadata, PodSpec spec, String namespace) {
    NodeSelection selection = new NodeSelection(spec);
    if (selection.isDecided()) {
      return Optional.empty();
    }
    DataAffinity more =
        DataAffinity.of(dataSets.of(metadata, spec, namespace), tiers, selection.keys());
    return more.isEmpty() ? Optional.empty() : Optional.of(selection.with(more));
  }

  /**
   * The data sets that a pod reads, the required ones marked.
   *
   * @throws IllegalArgumentException naming the label or annotation that cannot be understood
   */
  public List<DataSetUse> dataSets(ObjectMeta metadata, PodSpec spec, String namespace) {
    return dataSets.of(metadata, spec, namespace);
  }
}
