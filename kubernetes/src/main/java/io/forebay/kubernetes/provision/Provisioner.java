package io.forebay.kubernetes.provision;

import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.net.HttpURLConnection;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the volumes of pending claims of a driver's storage classes, and deletes those whose claims
 * are gone. Only one in a cluster should run, and two do no harm: a volume's name comes from its
 * claim.
 */
public final class Provisioner implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Provisioner.class);

  /** Set by Kubernetes when the claim is to have a volume: at once, or with its first pod. */
  private static final String WANTED = "volume.kubernetes.io/storage-provisioner";

  /** What failed is tried again then. */
  private static final long AGAIN_MILLIS = 30_000;

  private final KubernetesClient client;
  private final String driver;
  private final List<SharedIndexInformer<?>> informers;

  private Provisioner(KubernetesClient client, String driver) {
    this.client = client;
    this.driver = driver;
    this.informers =
        List.of(
            client
                .persistentVolumeClaims()
                .inAnyNamespace()
                .inform(handler(this::provision), AGAIN_MILLIS),
            client.persistentVolumes().inform(handler(this::deleteReleased), AGAIN_MILLIS));
  }

  /** Begins, and goes on until it is closed. */
  public static Provisioner start(KubernetesClient client, String driver) {
    return new Provisioner(client, driver);
  }

  private static <T> ResourceEventHandler<T> handler(Consumer<T> look) {
    return new ResourceEventHandler<>() {
      @Override
      public void onAdd(T now) {
        look.accept(now);
      }

      @Override
      public void onUpdate(T before, T now) {
        look.accept(now);
      }

      @Override
      public void onDelete(T last, boolean unknown) {
        // A volume whose claim is gone is updated: its phase is Released.
      }
    };
  }

  private void provision(PersistentVolumeClaim claim) {
    if (!driver.equals(annotation(claim, WANTED)) || claim.getSpec().getVolumeName() != null) {
      return;
    }
    String name = claim.getMetadata().getNamespace() + "/" + claim.getMetadata().getName();
    try {
      StorageClass type =
          client
              .storage()
              .v1()
              .storageClasses()
              .withName(claim.getSpec().getStorageClassName())
              .get();
      if (type == null) {
        throw new IllegalArgumentException(
            "there is no storage class " + claim.getSpec().getStorageClassName());
      }
      ClaimedVolume volume = new ClaimedVolume(claim, type);
      client.persistentVolumes().resource(volume.build()).create();
      log.info("claim {} has volume {}", name, volume.name());
    } catch (IllegalArgumentException e) {
      warn(claim, e.getMessage());
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) { // it was made before
        log.warn("cannot make a volume for claim {}: {}", name, e.getMessage());
      }
    }
  }

  private static String annotation(PersistentVolumeClaim claim, String key) {
    return Optional.ofNullable(claim.getMetadata().getAnnotations()).orElse(Map.of()).get(key);
  }

  /** Tells the user, who looks at the events of the claim. */
  private void warn(PersistentVolumeClaim claim, String reason) {
    log.warn(
        "claim {}/{}: {}",
        claim.getMetadata().getNamespace(),
        claim.getMetadata().getName(),
        reason);
    String now = Instant.now().toString();
    try {
      client
          .v1()
          .events()
          .inNamespace(claim.getMetadata().getNamespace())
          .resource(
              new EventBuilder()
                  .withNewMetadata()
                  .withGenerateName(claim.getMetadata().getName() + "-")
                  .endMetadata()
                  .withType("Warning")
                  .withReason("ProvisioningFailed")
                  .withMessage(reason)
                  .withNewSource()
                  .withComponent(driver)
                  .endSource()
                  .withFirstTimestamp(now)
                  .withLastTimestamp(now)
                  .withCount(1)
                  .withNewInvolvedObject()
                  .withApiVersion("v1")
                  .withKind("PersistentVolumeClaim")
                  .withNamespace(claim.getMetadata().getNamespace())
                  .withName(claim.getMetadata().getName())
                  .withUid(claim.getMetadata().getUid())
                  .endInvolvedObject()
                  .build())
          .create();
    } catch (KubernetesClientException e) {
      log.debug("cannot write the event", e);
    }
  }

  private void deleteReleased(PersistentVolume volume) {
    boolean own =
        driver.equals(
            Optional.ofNullable(volume.getMetadata().getAnnotations())
                .orElse(Map.of())
                .get(ClaimedVolume.PROVISIONED_BY));
    if (!own
        || volume.getStatus() == null
        || !"Released".equals(volume.getStatus().getPhase())
        || !"Delete".equals(volume.getSpec().getPersistentVolumeReclaimPolicy())) {
      return;
    }
    try {
      client.persistentVolumes().resource(volume).delete();
      log.info("volume {} is deleted: its claim is gone", volume.getMetadata().getName());
    } catch (KubernetesClientException e) {
      log.warn("cannot delete volume {}: {}", volume.getMetadata().getName(), e.getMessage());
    }
  }

  @Override
  public void close() {
    informers.forEach(SharedIndexInformer::stop);
  }
}
