package io.forebay.kubernetes.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.forebay.dataset.affinity.LocalityTiers;
import io.forebay.kubernetes.affinity.DataSetCatalog;
import io.forebay.kubernetes.affinity.PodAffinity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdmissionServerTest {

  private Optional<String> problem = Optional.empty();
  private AdmissionServer server;
  private HttpClient client;

  @BeforeEach
  void start() throws Exception {
    Identity identity = Identity.issue(List.of("localhost"), Instant.now(), Duration.ofDays(1));
    DataSetCatalog catalog = DataSetCatalog.ofClaimNames();
    server =
        AdmissionServer.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            new ServingTls(identity),
            new PodAdmission(
                new PodAffinity(catalog, LocalityTiers.DEFAULT), new RequiredData(catalog)),
            () -> problem);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("webhook", identity.certificate());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, trust.getTrustManagers(), null);
    client = HttpClient.newBuilder().sslContext(tls).build();
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  @Test
  void aPodGetsAPatchOfItsAffinityAlone() throws Exception {
    Map<?, ?> response = response(send("/mutate", review("CREATE", "")));
    assertThat(response.get("uid")).isEqualTo("1");
    assertThat(response.get("allowed")).isEqualTo(true);
    assertThat(patch(response))
        .startsWith("[{\"op\":\"add\",\"path\":\"/spec/affinity\",")
        .contains("fluid.io/s-team-images")
        .doesNotContain("/metadata");
  }

  @Test
  void aPodThatRequiresDataIsLabelled() throws Exception {
    Map<?, ?> response =
        response(
            send("/mutate", review("CREATE", "\"fluid.io/dataset.images.sched\":\"required\"")));
    assertThat(patch(response))
        .contains(
            "{\"op\":\"add\",\"path\":\"/metadata/labels\",\"value\":"
                + "{\"fluid.io/dataset.images.sched\":\"required\",\"forebay.io/needs-data\":\"true\"}}");
    assertThat(response.get("warnings").toString()).contains("team/images is on no node");
  }

  @Test
  void aPodWithAMistakeIsAdmittedWithAWarning() throws Exception {
    Map<?, ?> response =
        response(send("/mutate", review("CREATE", "\"fluid.io/dataset.images.sched\":\"x\"")));
    assertThat(response.get("allowed")).isEqualTo(true);
    assertThat(response.get("patch")).isNull();
    assertThat(response.get("warnings").toString()).contains("'required' or 'preferred'");
  }

  @Test
  void anUpdateIsNotTouched() throws Exception {
    Map<?, ?> response = response(send("/mutate", review("UPDATE", "")));
    assertThat(response.get("allowed")).isEqualTo(true);
    assertThat(response.get("patch")).isNull();
  }

  @Test
  void whatIsNoReviewIsRefused() throws Exception {
    assertThat(send("/mutate", "{").statusCode()).isEqualTo(400);
    assertThat(send("/mutate", "{\"kind\":\"AdmissionReview\"}").statusCode()).isEqualTo(400);
    assertThat(send("/mutate", " ".repeat((4 << 20) + 1)).statusCode()).isEqualTo(413);
    assertThat(get("/mutate").statusCode()).isEqualTo(405);
  }

  @Test
  void itSaysWhyItIsNotReady() throws Exception {
    assertThat(get("/readyz").statusCode()).isEqualTo(200);
    problem = Optional.of("still reading claims");
    assertThat(get("/readyz").statusCode()).isEqualTo(503);
    assertThat(get("/readyz").body()).contains("still reading claims");
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
  }

  private HttpResponse<String> send(String path, String body) throws Exception {
    return client.send(
        request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
            URI.create("https://localhost:" + server.address().getPort() + path))
        .timeout(Duration.ofMinutes(1));
  }

  private static Map<?, ?> response(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).isEqualTo(200);
    Map<?, ?> review = new KubernetesSerialization().unmarshal(answer.body(), Map.class);
    assertThat(review.get("apiVersion")).isEqualTo("admission.k8s.io/v1");
    assertThat(review.get("kind")).isEqualTo("AdmissionReview");
    return (Map<?, ?>) review.get("response");
  }

  private static String patch(Map<?, ?> response) {
    assertThat(response.get("patchType")).isEqualTo("JSONPatch");
    return new String(
        Base64.getDecoder().decode(response.get("patch").toString()), StandardCharsets.UTF_8);
  }

  private static String review(String operation, String labels) {
    return """
        {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": {
          "uid": "1", "namespace": "team", "operation": "%s", "object": {
            "kind": "Pod", "apiVersion": "v1", "metadata": {"name": "p", "labels": {%s}},
            "spec": {"containers": [{"name": "c"}], "volumes": [
              {"name": "d", "persistentVolumeClaim": {"claimName": "images"}}]}}}}
        """
        .formatted(operation, labels);
  }
}
