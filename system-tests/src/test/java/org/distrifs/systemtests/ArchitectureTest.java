package org.distrifs.systemtests;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Tag;

/**
 * The rules of the architecture that Maven's modules cannot enforce, because they hold between
 * packages.
 */
@Tag("quick")
@AnalyzeClasses(packages = "org.distrifs")
class ArchitectureTest {
  /**
   * Calls that ask the machine for time or randomness, so that a test could not control the code.
   */
  private static final DescribedPredicate<JavaCall<?>> ASKS_THE_MACHINE =
      callTo(System.class, "currentTimeMillis|nanoTime")
          .or(callTo(Instant.class, "now"))
          .or(callTo(Math.class, "random"))
          .or(callTo(Random.class, "<init>"))
          .or(callTo(ThreadLocalRandom.class, "current"))
          .or(callTo(UUID.class, "randomUUID"))
          .as("ask the machine for the time or for a random number");

  @ArchTest
  static final ArchRule packagesWithinAModuleHaveNoCycles =
      slices().matching("org.distrifs.(*).(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule packagesAreNamedForWhatTheyDo =
      noClasses()
          .should()
          .resideInAnyPackage("..util..", "..common..", "..helper..", "..manager..", "..misc..")
          .because("such a package collects what belongs to nobody");

  @ArchTest
  static final ArchRule theMastersStateIsPlainCalculation =
      noClasses()
          .that()
          .resideInAnyPackage(
              "org.distrifs.master.namespace..",
              "org.distrifs.master.chunk..",
              "org.distrifs.master.lock..",
              "org.distrifs.master.session..",
              "org.distrifs.master.state..",
              "org.distrifs.master.table..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.grpc..", "io.netty..", "java.net..", "java.nio.file..", "java.util.concurrent..")
          .because("every master must come to the same state from the same journal");

  /**
   * The datanode may use the real clock in classes whose threads wait for real disks and sockets.
   */
  @ArchTest
  static final ArchRule timeAndChanceComeThroughInterfaces =
      noClasses()
          .that()
          .resideInAnyPackage(
              "org.distrifs.master..", "org.distrifs.client..", "org.distrifs.datanode.chain..")
          .should()
          .callCodeUnitWhere(ASKS_THE_MACHINE)
          .because("the simulation replays a run from its seed");

  @ArchTest
  static final ArchRule onlyCommandsSpeakToTheTerminal =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "org.distrifs.cli..", "org.distrifs.benchmarks..", "org.distrifs.systemtests..")
          .and()
          .doNotHaveFullyQualifiedName("org.distrifs.simulation.Simulate") // scripts/simulate
          .should(ACCESS_STANDARD_STREAMS)
          .because("everything else logs, or tells its caller");

  @ArchTest
  static final ArchRule logsGoThroughSlf4j =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.distrifs.runtime.log..")
          .should(USE_JAVA_UTIL_LOGGING);

  private static DescribedPredicate<JavaCall<?>> callTo(Class<?> type, String names) {
    return target(owner(type(type))).and(target(nameMatching(names))).forSubtype();
  }
}
