package io.forebay.kubernetes.fluid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.dataset.load.LoadTarget;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the variables of a DataLoad's job mean. */
class DataLoadRequestTest {

  private static DataLoadRequest request(String metadata, String paths, String replicas) {
    return DataLoadRequest.of(
        new FluidVariables(
            Map.of(
                "FLUID_DATALOAD_METADATA",
                metadata,
                "FLUID_DATALOAD_DATA_PATH",
                paths,
                "FLUID_DATALOAD_PATH_REPLICAS",
                replicas)));
  }

  @Test
  void pathsAndReplicasBelongTogether() {
    DataLoadRequest request = request("true", "/train:/val/a", "1:2");
    assertThat(request.metadata()).isTrue();
    assertThat(request.targets())
        .containsExactly(new LoadTarget("train", 1), new LoadTarget("val/a", 2));
  }

  @Test
  void withoutVariablesAllIsLoadedOnce() {
    DataLoadRequest all = new DataLoadRequest(false, List.of(new LoadTarget("", 1)));
    assertThat(DataLoadRequest.of(new FluidVariables(Map.of()))).isEqualTo(all);
    assertThat(request("false", "/", "1")).isEqualTo(all);
  }

  @ParameterizedTest
  @CsvSource({
    "yes, /, 1, FLUID_DATALOAD_METADATA",
    "true, /a:/b, 1, FLUID_DATALOAD_PATH_REPLICAS",
    "true, /a, none, FLUID_DATALOAD_PATH_REPLICAS",
    "true, /a, 0, FLUID_DATALOAD_PATH_REPLICAS"
  })
  void whatIsWrongIsNamed(String metadata, String paths, String replicas, String variable) {
    assertThatThrownBy(() -> request(metadata, paths, replicas))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(variable);
  }

  @Test
  void theDataSetOfAJobHasTheNameOfItsWorkers() {
    RuntimeConfig config =
        RuntimeConfig.parse(
            Path.of("runtime.json"),
            "{\"worker\": {\"enabled\": true, \"name\": \"my-worker-worker\"}}");
    assertThat(new FluidVariables(Map.of()).dataSet(config)).isEqualTo("my-worker");
    assertThat(new FluidVariables(Map.of("FLUID_DATASET_NAME", "d")).dataSet(config))
        .isEqualTo("d");
  }
}
