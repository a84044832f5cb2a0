package io.forebay.dataset.affinity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class DataAffinityTest {

  private static final String ZONE = "topology.kubernetes.io/zone";
  private static final DataSetName IMAGES = new DataSetName("default", "images");
  private static final DataSetName LABELS = new DataSetName("default", "labels");
  private static final String IMAGES_PLACED = NodeLabels.placed(IMAGES);
  private static final String IMAGES_CACHED = NodeLabels.cached(IMAGES);

  @Test
  void aNodeIsWorthMoreTheMoreOfTheDataItHas() {
    DataAffinity affinity = preferring(inZone(IMAGES, "a"));
    Map<String, String> other = Map.of(ZONE, "b");
    Map<String, String> neighbour = Map.of(ZONE, "a");
    Map<String, String> placed = Map.of(ZONE, "a", IMAGES_PLACED, "true");
    List<Long> scores = new ArrayList<>();
    for (Map<String, String> node : List.of(other, neighbour, placed)) {
      scores.add(score(node, affinity));
    }
    for (int step : NodeLabels.CACHED_STEPS) {
      Map<String, String> cached = new TreeMap<>(placed);
      cached.put(IMAGES_CACHED, Integer.toString(step));
      scores.add(score(cached, affinity));
    }
    assertThat(scores).isSorted().doesNotHaveDuplicates().startsWith(0L).endsWith(120L);
  }

  @Test
  void aNodeWithBothDataSetsIsBetterThanANodeWithEither() {
    DataAffinity affinity = preferring(DataSetUse.of(IMAGES, false), DataSetUse.of(LABELS, false));
    long both = score(Map.of(IMAGES_PLACED, "true", NodeLabels.placed(LABELS), "true"), affinity);
    assertThat(both).isEqualTo(2 * score(Map.of(IMAGES_PLACED, "true"), affinity));
  }

  @Test
  void allRequiredDataSetsMustBeThere() {
    DataAffinity affinity = preferring(DataSetUse.of(IMAGES, true), DataSetUse.of(LABELS, true));
    assertThat(affinity.required())
        .extracting(Expression::key)
        .containsExactly(IMAGES_PLACED, NodeLabels.placed(LABELS));
  }

  @Test
  void amongNodesWithARequiredDataSetTheOneWithMoreOfItIsPreferred() {
    DataAffinity affinity = preferring(DataSetUse.of(IMAGES, true));
    assertThat(affinity.preferred())
        .hasSameSizeAs(NodeLabels.CACHED_STEPS)
        .allMatch(p -> p.expression().key().equals(IMAGES_CACHED));
  }

  @Test
  void aDataSetThatThePodSelectsItselfIsLeftToIt() {
    for (SelectedKeys own :
        List.of(
            new SelectedKeys(Set.of(IMAGES_PLACED), Set.of()),
            new SelectedKeys(Set.of(IMAGES_CACHED), Set.of()))) {
      assertThat(DataAffinity.of(List.of(DataSetUse.of(IMAGES, true)), LocalityTiers.DEFAULT, own))
          .matches(DataAffinity::isEmpty);
    }
    assertThat(
            DataAffinity.of(
                List.of(inZone(IMAGES, "a")),
                LocalityTiers.DEFAULT,
                new SelectedKeys(Set.of(), Set.of(IMAGES_CACHED))))
        .matches(DataAffinity::isEmpty);
  }

  @Test
  void aPreferenceOfThePodDoesNotReplaceARequirement() {
    DataAffinity affinity =
        DataAffinity.of(
            List.of(DataSetUse.of(IMAGES, true)),
            LocalityTiers.DEFAULT,
            new SelectedKeys(Set.of(), Set.of(IMAGES_PLACED, IMAGES_CACHED)));
    assertThat(affinity.required()).hasSize(1);
    assertThat(affinity.preferred()).isEmpty();
  }

  @Test
  void aPodThatSelectsItsZoneGetsNoPreferenceOfZones() {
    DataAffinity affinity =
        DataAffinity.of(
            List.of(inZone(IMAGES, "a")),
            LocalityTiers.DEFAULT,
            new SelectedKeys(Set.of(ZONE), Set.of()));
    assertThat(affinity.preferred()).isNotEmpty().noneMatch(p -> p.expression().key().equals(ZONE));
  }

  @Test
  void weightsThatKubernetesDoesNotTakeAreRefused() {
    assertThatThrownBy(() -> LocalityTiers.of(Map.of("node", 101)))
        .hasMessage("the weight of tier 'node' is 101; use 1 to 100");
    assertThatThrownBy(() -> LocalityTiers.of(Map.of("node", 100, ZONE, 0)))
        .hasMessage("the weight of tier '" + ZONE + "' is 0; use 1 to 100");
    assertThatThrownBy(() -> LocalityTiers.of(Map.of(ZONE, 10)))
        .hasMessageContaining("lack 'node'");
  }

  @Property
  void theOrderOfDataSetsDoesNotMatter(
      @ForAll("uses") List<DataSetUse> uses, @ForAll("tiers") LocalityTiers tiers) {
    List<DataSetUse> shuffled = new ArrayList<>(uses);
    Collections.shuffle(shuffled, new Random(1));
    shuffled.addAll(uses);
    assertThat(DataAffinity.of(shuffled, tiers, SelectedKeys.NONE))
        .isEqualTo(DataAffinity.of(uses, tiers, SelectedKeys.NONE));
  }

  @Property
  void whatWasAddedOnceIsNotAddedAgain(
      @ForAll("uses") List<DataSetUse> uses, @ForAll("tiers") LocalityTiers tiers) {
    DataAffinity first = DataAffinity.of(uses, tiers, SelectedKeys.NONE);
    assertThat(DataAffinity.of(uses, tiers, selectedBy(first))).matches(DataAffinity::isEmpty);
  }

  @Property
  void kubernetesTakesEveryTerm(
      @ForAll("uses") List<DataSetUse> uses, @ForAll("tiers") LocalityTiers tiers) {
    for (Preference preference : DataAffinity.of(uses, tiers, SelectedKeys.NONE).preferred()) {
      assertThat(preference.weight()).isBetween(1, 100);
      assertThat(preference.expression().values()).isNotEmpty();
    }
  }

  @Provide
  Arbitrary<List<DataSetUse>> uses() {
    Arbitrary<DataSetName> names =
        Combinators.combine(Arbitraries.of("default", "team"), Arbitraries.of("a", "b", "c"))
            .as(DataSetName::new);
    Arbitrary<Set<String>> zones = Arbitraries.of("z1", "z2", "z3").set();
    return Combinators.combine(names, Arbitraries.of(true, false), zones)
        .as((name, required, in) -> new DataSetUse(name, required, places(in)))
        .list()
        .ofMaxSize(6);
  }

  @Provide
  Arbitrary<LocalityTiers> tiers() {
    return Combinators.combine(
            Arbitraries.integers().between(1, 100), Arbitraries.integers().between(1, 100))
        .as((node, zone) -> LocalityTiers.of(Map.of("node", node, ZONE, zone)));
  }

  private static SelectedKeys selectedBy(DataAffinity affinity) {
    Set<String> required = new HashSet<>();
    affinity.required().forEach(e -> required.add(e.key()));
    Set<String> preferred = new HashSet<>();
    affinity.preferred().forEach(p -> preferred.add(p.expression().key()));
    return new SelectedKeys(required, preferred);
  }

  private static DataAffinity preferring(DataSetUse... uses) {
    return DataAffinity.of(List.of(uses), LocalityTiers.DEFAULT, SelectedKeys.NONE);
  }

  private static DataSetUse inZone(DataSetName dataSet, String zone) {
    return new DataSetUse(dataSet, false, places(Set.of(zone)));
  }

  private static Map<String, Set<String>> places(Set<String> zones) {
    return Map.of(ZONE, zones);
  }

  /** As the scheduler has it, before it scales the result. */
  private static long score(Map<String, String> node, DataAffinity affinity) {
    return affinity.preferred().stream()
        .filter(p -> matches(node, p.expression()))
        .mapToLong(Preference::weight)
        .sum();
  }

  private static boolean matches(Map<String, String> node, Expression expression) {
    String value = node.get(expression.key());
    if (value == null) {
      return false;
    }
    return switch (expression.operator()) {
      case "In" -> expression.values().contains(value);
      case "Gt" -> Integer.parseInt(value) > Integer.parseInt(expression.values().get(0));
      default -> throw new AssertionError(expression.operator());
    };
  }
}
