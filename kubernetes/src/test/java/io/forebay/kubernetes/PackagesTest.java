package io.forebay.kubernetes;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.forebay.ForebayException;

/** The arrows between the packages of this module. */
@AnalyzeClasses(
    packages = "io.forebay.kubernetes",
    importOptions = ImportOption.DoNotIncludeTests.class)
class PackagesTest {

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("io.forebay.kubernetes.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule exceptionsAreMarkedAsOurs =
      classes()
          .that()
          .areAssignableTo(Throwable.class)
          .and()
          .areTopLevelClasses()
          .should()
          .implement(ForebayException.class)
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule nobodyNeedsTheCommands =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.forebay.kubernetes.cli")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.forebay.kubernetes.cli");

  /** Images are made where there is no cluster. */
  @ArchTest
  static final ArchRule imagesKnowNoCluster =
      noClasses()
          .that()
          .resideInAPackage("io.forebay.kubernetes.image")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.fabric8..");
}
