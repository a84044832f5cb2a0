package io.forebay.samples.quickstart;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.forebay.ForebayException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The arrows between modules and packages, as ARCHITECTURE.md draws them. */
@AnalyzeClasses(packages = "io.forebay", importOptions = ImportOption.DoNotIncludeTests.class)
class ModulesTest {

  private static final String[] ABOVE_THE_CORE = {
    "io.forebay.dataset..", "io.forebay.djl..", "io.forebay.server..", "io.forebay.cli..",
    "io.forebay.fuse..", "io.forebay.bench..", "io.forebay.simulator..", "io.forebay.samples.."
  };

  /** Each is above those before it, and below those after it. */
  private static final List<List<String>> STACK =
      List.of(
          List.of("io.forebay"),
          List.of("io.forebay.file", "io.forebay.plan"),
          List.of("io.forebay.spec"),
          List.of("io.forebay.understore.."),
          List.of("io.forebay.metadata", "io.forebay.placement"),
          List.of("io.forebay.store.."),
          List.of("io.forebay.fill", "io.forebay.snapshot", "io.forebay.wire"),
          List.of("io.forebay.node", "io.forebay.read"),
          List.of("io.forebay.client"));

  @ArchTest
  static final ArchRule theCoreKnowsNobodyAboveIt =
      noClasses()
          .that()
          .resideOutsideOfPackages(ABOVE_THE_CORE)
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(ABOVE_THE_CORE).or(resideInAnyPackage("ai.djl..")));

  /** But for etcd's client, which is given TLS in the form of Netty. */
  @ArchTest
  static final ArchRule theCoreHasNoNetty =
      noClasses()
          .that()
          .resideOutsideOfPackages(ABOVE_THE_CORE)
          .and()
          .resideOutsideOfPackage("io.forebay.membership.etcd..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.netty..");

  /** A program without them has none of their libraries. */
  @ArchTest
  static final ArchRule nobodyNamesASourceOfMembers =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.forebay.membership.dns..", "io.forebay.membership.etcd..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.forebay.membership.dns..",
              "io.forebay.membership.etcd..",
              "io.etcd..",
              "io.grpc..",
              "org.xbill..");

  @ArchTest
  static final ArchRule sourcesOfMembersKnowOnlyTheirSpi =
      noClasses()
          .that()
          .resideInAnyPackage("io.forebay.membership.dns..", "io.forebay.membership.etcd..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("io.forebay..")
                  .and(
                      resideOutsideOfPackages(
                          "io.forebay.membership..", "io.forebay.placement", "io.forebay.config")));

  @ArchTest
  static final ArchRule whatATrainerImportsDependsOnNothingOfOurs =
      noClasses()
          .that()
          .resideInAPackage("io.forebay")
          .should()
          .dependOnClassesThat(
              resideInAPackage("io.forebay..").and(resideOutsideOfPackage("io.forebay")));

  @ArchTest
  static void theCoreIsAStack(JavaClasses classes) {
    for (int i = 0; i < STACK.size(); i++) {
      String[] below = STACK.get(i).toArray(String[]::new);
      String[] above = STACK.stream().skip(i + 1).flatMap(List::stream).toArray(String[]::new);
      noClasses()
          .that()
          .resideInAnyPackage(below)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(above)
          .allowEmptyShould(true)
          .check(classes);
    }
  }

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

  /** So it hardly ever needs to be replaced. */
  @ArchTest
  static final ArchRule theDescriptorStoreKnowsNothingOfWhatItHolds =
      noClasses()
          .that()
          .resideInAPackage("io.forebay.fuse.hold..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("io.forebay..")
                  .and(
                      resideOutsideOfPackages(
                          "io.forebay.fuse.hold..", "io.forebay.fuse.protocol..")));

  /** But those that never leave the class that throws them, which are nested. */
  @ArchTest
  static final ArchRule exceptionsAreMarkedAsOurs =
      classes()
          .that()
          .areAssignableTo(Throwable.class)
          .and()
          .areTopLevelClasses()
          .and()
          .resideOutsideOfPackage("io.forebay.samples..")
          .should()
          .implement(ForebayException.class);

  @ArchTest
  static final ArchRule packagesHaveNoCycles = slices().matching("(**)").should().beFreeOfCycles();

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
