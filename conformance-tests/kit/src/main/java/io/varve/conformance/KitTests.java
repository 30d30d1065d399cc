package io.varve.conformance;

import io.varve.conformance.jars.ClassPathPlugins;
import io.varve.conformance.jars.Target;
import io.varve.inference.file.TemporaryFolder;
import io.varve.model.plugin.Catalog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.opentest4j.TestAbortedException;

/** The kit's checks as JUnit's dynamic tests. {@link Kit} itself needs no JUnit. */
final class KitTests {
  private KitTests() {}

  /** Opens a plug-in; closed with the stream, which JUnit closes after the last test. */
  static Stream<DynamicNode> of(Path plugin, List<Path> folders) {
    TemporaryFolder scratch = new TemporaryFolder();
    boolean opened = false;
    try {
      List<Path> beside = new ArrayList<>(Catalog.jars(folders));
      beside.addAll(ClassPathPlugins.jars(ClassPathPlugins.others(plugin), scratch.path()));
      Path jar = ClassPathPlugins.jars(List.of(plugin), scratch.path()).get(0);
      Target target = new Target(jar, beside, Files.isDirectory(plugin));
      Catalog catalog = Catalog.ofJars(target.beside());
      List<Check> checks = checks(target, catalog);
      opened = true;
      return nodes(checks)
          .onClose(
              () -> {
                catalog.close();
                scratch.close();
              });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      if (!opened) {
        scratch.close();
      }
    }
  }

  /** The checks of the JAR and, if it can be loaded, those of its components. */
  private static List<Check> checks(Target target, Catalog catalog) {
    List<Check> checks = new ArrayList<>(Kit.ofJar(target));
    try {
      checks.addAll(Kit.ofComponents(catalog, catalog.load(target.jar())));
    } catch (IllegalArgumentException e) {
      return checks; // the check that loads it fails with this
    }
    return checks;
  }

  private static Stream<DynamicNode> nodes(List<Check> checks) {
    Map<String, List<DynamicTest>> containers = new LinkedHashMap<>();
    for (Check check : checks) {
      containers
          .computeIfAbsent(check.id().subject(), subject -> new ArrayList<>())
          .add(DynamicTest.dynamicTest(check.id().name(), () -> run(check)));
    }
    List<DynamicNode> nodes = new ArrayList<>();
    containers.forEach(
        (subject, tests) -> nodes.add(DynamicContainer.dynamicContainer(subject, tests)));
    return nodes.stream();
  }

  private static void run(Check check) {
    Outcome outcome = check.run();
    String rule = RuleBook.read().text(outcome.check().rule());
    switch (outcome.status()) {
      case PASSED -> {}
      case FAILED -> throw new AssertionError(outcome.message() + "\n" + rule);
      case WARNED -> throw new TestAbortedException(outcome.message() + "\n" + rule);
      case NOT_APPLICABLE -> throw new TestAbortedException("does not apply: " + outcome.message());
    }
  }
}
