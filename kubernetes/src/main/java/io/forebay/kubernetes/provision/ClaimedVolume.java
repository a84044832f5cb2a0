package io.forebay.kubernetes.provision;

import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.SecretReference;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The persistent volume of a claim: a name for a data set and its parameters. Nothing has to be
 * created for it, and it has no finalizer, so neither a lost node nor a lost driver holds it.
 */
record ClaimedVolume(PersistentVolumeClaim claim, StorageClass type) {

  /** Who made a volume, as Kubernetes' own provisioners have it. */
  static final String PROVISIONED_BY = "pv.kubernetes.io/provisioned-by";

  private static final String SECRET = "csi.storage.k8s.io/node-publish-secret-";
  private static final Pattern VARIABLE =
      Pattern.compile("\\$\\{pvc\\.(?:(name|namespace)|annotations\\['([^']+)'\\])\\}");

  /** Its name, which is the same at each try, so that one claim never gets two. */
  String name() {
    return "pvc-" + claim.getMetadata().getUid();
  }

  /**
   * @throws IllegalArgumentException for what the class asks for and the claim has not
   */
  PersistentVolume build() {
    Map<String, String> parameters = new TreeMap<>();
    Optional.ofNullable(type.getParameters())
        .orElse(Map.of())
        .forEach((key, value) -> parameters.put(key, resolved(value)));
    String secret = parameters.remove(SECRET + "name");
    String namespace = parameters.remove(SECRET + "namespace");
    return new PersistentVolumeBuilder()
        .withNewMetadata()
        .withName(name())
        .addToAnnotations(PROVISIONED_BY, type.getProvisioner())
        .endMetadata()
        .withNewSpec()
        .withStorageClassName(type.getMetadata().getName())
        .withPersistentVolumeReclaimPolicy(type.getReclaimPolicy())
        .withMountOptions(Optional.ofNullable(type.getMountOptions()).orElse(List.of()))
        .withAccessModes(claim.getSpec().getAccessModes())
        .withVolumeMode("Filesystem")
        .withCapacity(claim.getSpec().getResources().getRequests())
        .withClaimRef(
            new ObjectReferenceBuilder()
                .withApiVersion("v1")
                .withKind("PersistentVolumeClaim")
                .withNamespace(claim.getMetadata().getNamespace())
                .withName(claim.getMetadata().getName())
                .withUid(claim.getMetadata().getUid())
                .build())
        .withNewCsi()
        .withDriver(type.getProvisioner())
        .withVolumeHandle(name())
        .withVolumeAttributes(parameters)
        .withNodePublishSecretRef(
            secret == null
                ? null
                : new SecretReference(
                    secret, namespace == null ? claim.getMetadata().getNamespace() : namespace))
        .endCsi()
        .endSpec()
        .build();
  }

  /** With names and annotations of the claim in place of variables. */
  private String resolved(String text) {
    return VARIABLE
        .matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(variable(found.group(1), found.group(2))));
  }

  private String variable(String field, String annotation) {
    if (field != null) {
      return field.equals("name")
          ? claim.getMetadata().getName()
          : claim.getMetadata().getNamespace();
    }
    String value =
        Optional.ofNullable(claim.getMetadata().getAnnotations())
            .map(annotations -> annotations.get(annotation))
            .orElse("");
    if (value.isEmpty()) {
      throw new IllegalArgumentException(
          "set the annotation "
              + annotation
              + ", which storage class "
              + type.getMetadata().getName()
              + " asks for");
    }
    return value;
  }
}
