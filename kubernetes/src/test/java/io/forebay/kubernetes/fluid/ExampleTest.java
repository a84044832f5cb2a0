package io.forebay.kubernetes.fluid;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.dataset.spec.Manifest;
import io.forebay.dataset.spec.Manifests;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The example of {@code deploy/fluid} is one outside of Fluid, too. */
class ExampleTest {

  @Test
  void theExampleIsReadAndDoesNotStopFluidsController() throws Exception {
    Manifests manifests = Manifests.read(Path.of("deploy/fluid/example.yaml"), List.of());
    assertThat(manifests.documents())
        .extracting(Object::getClass)
        .contains(Manifest.DataSet.class, Manifest.CacheRuntime.class, Manifest.DataLoad.class);
    assertThat(manifests.warnings()).noneMatch(warning -> warning.contains("master.disabled"));
  }
}
