package io.forebay.kubernetes.webhook;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.forebay.background.DaemonThreads;
import io.forebay.kubernetes.affinity.PodAffinity;
import java.net.HttpURLConnection;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Explains Pending pods. The scheduler says only that nodes did not match the pod's affinity; an
 * event beside that says which required data set is on no node. Each replica writes it, and the
 * event's name, made of pod and text, lets the API server keep one.
 */
final class WaitingPods implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(WaitingPods.class);

  private final KubernetesClient client;
  private final PodAffinity affinity;
  private final RequiredData required;
  private final InstantSource clock;
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(DaemonThreads.named("forebay-waiting-pods"));
  private final SharedIndexInformer<Pod> pods;

  WaitingPods(
      KubernetesClient client, PodAffinity affinity, RequiredData required, InstantSource clock) {
    this.client = client;
    this.affinity = affinity;
    this.required = required;
    this.clock = clock;
    pods =
        client
            .pods()
            .inAnyNamespace()
            .withLabel(PodAdmission.NEEDS_DATA)
            .withField("status.phase", "Pending")
            .runnableInformer(0);
    pods.addEventHandler(
        new ResourceEventHandler<>() {
          @Override
          public void onAdd(Pod pod) {
            consider(pod);
          }

          @Override
          public void onUpdate(Pod before, Pod pod) {
            consider(pod);
          }

          @Override
          public void onDelete(Pod pod, boolean unknown) {}
        });
    pods.start();
  }

  private void consider(Pod pod) {
    if (isUnschedulable(pod)) {
      writer.execute(() -> explain(pod));
    }
  }

  private static boolean isUnschedulable(Pod pod) {
    return pod.getStatus().getConditions().stream()
        .filter(condition -> condition.getType().equals("PodScheduled"))
        .map(PodCondition::getReason)
        .anyMatch("Unschedulable"::equals);
  }

  private void explain(Pod pod) {
    try {
      Optional<String> problem =
          required.problem(
              affinity.dataSets(
                  pod.getMetadata(), pod.getSpec(), pod.getMetadata().getNamespace()));
      if (problem.isPresent()) {
        client.resource(event(pod, problem.get())).create();
      }
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        log.warn("cannot write an event about {}: {}", name(pod), e.getMessage());
      }
    } catch (RuntimeException e) {
      log.warn("cannot explain why {} waits", name(pod), e);
    }
  }

  private static String name(Pod pod) {
    return pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
  }

  private Event event(Pod pod, String text) {
    String now = clock.instant().toString();
    return new EventBuilder()
        .withNewMetadata()
        .withNamespace(pod.getMetadata().getNamespace())
        .withName(
            pod.getMetadata().getName()
                + "."
                + Integer.toHexString((pod.getMetadata().getUid() + text).hashCode()))
        .endMetadata()
        .withNewInvolvedObject()
        .withApiVersion("v1")
        .withKind("Pod")
        .withNamespace(pod.getMetadata().getNamespace())
        .withName(pod.getMetadata().getName())
        .withUid(pod.getMetadata().getUid())
        .endInvolvedObject()
        .withType("Warning")
        .withReason("RequiredDataMissing")
        .withMessage(text)
        .withNewSource()
        .withComponent("forebay-webhook")
        .endSource()
        .withFirstTimestamp(now)
        .withLastTimestamp(now)
        .withCount(1)
        .build();
  }

  @Override
  public void close() {
    pods.close();
    writer.shutdownNow();
  }
}
