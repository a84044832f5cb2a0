package io.forebay.samples.quickstart;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The arrows between modules and packages, as ARCHITECTURE.md draws them. */
@AnalyzeClasses(packages = "io.forebay", importOptions = ImportOption.DoNotIncludeTests.class)
class ModulesTest {

  private static final String[] CORE = {
    "io.forebay", "io.forebay.understore..", "io.forebay.metadata..", "io.forebay.store..",
    "io.forebay.fill..", "io.forebay.placement..", "io.forebay.wire..", "io.forebay.read..",
    "io.forebay.node..", "io.forebay.background..", "io.forebay.state..", "io.forebay.locale.."
  };

  @ArchTest
  static final ArchRule theCoreKnowsNobodyAboveIt =
      noClasses()
          .that()
          .resideInAnyPackage(CORE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.forebay.dataset..",
              "io.forebay.djl..",
              "io.forebay.server..",
              "io.forebay.cli..",
              "io.forebay.samples..",
              "io.netty..",
              "ai.djl..");

  @ArchTest
  static final ArchRule dataSetsKnowNoEngineAndNoServer =
      noClasses()
          .that()
          .resideInAPackage("io.forebay.dataset..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.forebay.djl..", "io.forebay.server..", "ai.djl..", "io.netty..");

  @ArchTest
  static final ArchRule theServerKnowsNoEngine =
      noClasses()
          .that()
          .resideInAnyPackage("io.forebay.server..", "io.forebay.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.forebay.djl..", "ai.djl..", "io.forebay.samples..");

  @ArchTest
  static final ArchRule theKernelsProtocolKnowsNoDataSets =
      noClasses()
          .that()
          .resideInAPackage("io.forebay.fuse.protocol..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("io.forebay..")
                  .and(resideOutsideOfPackage("io.forebay.fuse.protocol..")));

  @ArchTest
  static final ArchRule aMountKnowsNoServer =
      noClasses()
          .that()
          .resideInAPackage("io.forebay.fuse..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.forebay.server..", "io.forebay.cli..", "io.netty..");

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("io.forebay.(*)..").should().beFreeOfCycles();

  @ArchTest
  static void everyPackageSaysWhatItIsFor(JavaClasses classes) throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("../.."))) {
      List<Path> without =
          files
              .filter(f -> f.toString().endsWith(".java") && f.toString().contains("src/main"))
              .map(Path::getParent)
              .distinct()
              .filter(d -> !Files.exists(d.resolve("package-info.java")))
              .toList();
      assertThat(without).isEmpty();
    }
  }
}
