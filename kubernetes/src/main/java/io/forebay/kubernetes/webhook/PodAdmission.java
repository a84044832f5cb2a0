package io.forebay.kubernetes.webhook;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.admission.v1.AdmissionRequest;
import io.fabric8.kubernetes.api.model.admission.v1.AdmissionResponse;
import io.fabric8.kubernetes.api.model.admission.v1.AdmissionReview;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.forebay.dataset.affinity.DataSetUse;
import io.forebay.kubernetes.affinity.PodAffinity;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Answers a review of a new pod: with a patch that adds the affinity, or without one. It admits
 * every pod; a pod with a mistake in its labels is admitted as it is, with a warning.
 */
final class PodAdmission implements UnaryOperator<byte[]> {

  /** Label of pods with required data sets, by which {@link WaitingPods} finds them. */
  static final String NEEDS_DATA = "forebay.io/needs-data";

  private final KubernetesSerialization json = new KubernetesSerialization();
  private final PodAffinity affinity;
  private final RequiredData required;

  PodAdmission(PodAffinity affinity, RequiredData required) {
    this.affinity = affinity;
    this.required = required;
  }

  /** One change of a JSON patch (RFC 6902). "add" replaces what is there. */
  private record Change(String op, String path, Object value) {
    static Change add(String path, Object value) {
      return new Change("add", path, value);
    }
  }

  /**
   * @throws IllegalArgumentException if it is not a review
   */
  @Override
  public byte[] apply(byte[] body) {
    AdmissionReview review = parse(body);
    AdmissionResponse response = new AdmissionResponse();
    response.setUid(review.getRequest().getUid());
    response.setAllowed(true);
    if (review.getRequest().getObject() instanceof Pod pod
        && "CREATE".equals(review.getRequest().getOperation())) {
      admit(pod, review.getRequest(), response);
    }
    AdmissionReview answer = new AdmissionReview();
    answer.setResponse(response);
    return json.asJson(answer).getBytes(StandardCharsets.UTF_8);
  }

  private AdmissionReview parse(byte[] body) {
    AdmissionReview review;
    try {
      review = json.unmarshal(new ByteArrayInputStream(body), AdmissionReview.class);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("the body is no AdmissionReview: " + e.getMessage(), e);
    }
    if (review == null || review.getRequest() == null) {
      throw new IllegalArgumentException("the body is no AdmissionReview with a request");
    }
    return review;
  }

  private void admit(Pod pod, AdmissionRequest request, AdmissionResponse response) {
    List<Change> changes = new ArrayList<>();
    try {
      String namespace = request.getNamespace();
      Optional<Affinity> decided = affinity.affinity(pod.getMetadata(), pod.getSpec(), namespace);
      decided.ifPresent(value -> changes.add(Change.add("/spec/affinity", value)));
      List<DataSetUse> uses = affinity.dataSets(pod.getMetadata(), pod.getSpec(), namespace);
      if (uses.stream().anyMatch(DataSetUse::required)) {
        changes.add(label(pod));
        required.problem(uses).ifPresent(text -> response.setWarnings(List.of(text)));
      }
    } catch (IllegalArgumentException e) {
      response.setWarnings(List.of("no affinity to data sets: " + e.getMessage()));
      return;
    }
    if (!changes.isEmpty()) {
      response.setPatchType("JSONPatch");
      response.setPatch(
          Base64.getEncoder()
              .encodeToString(json.asJson(changes).getBytes(StandardCharsets.UTF_8)));
    }
  }

  private static Change label(Pod pod) {
    Map<String, String> labels = new LinkedHashMap<>();
    if (pod.getMetadata().getLabels() != null) {
      labels.putAll(pod.getMetadata().getLabels());
    }
    labels.put(NEEDS_DATA, "true");
    return Change.add("/metadata/labels", labels);
  }
}
