package io.varve.conformance;

import io.varve.model.Catalog;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.opentest4j.TestAbortedException;

/** The kit's checks as JUnit's dynamic tests; apart from {@link Kit}, which needs no JUnit. */
final class KitTests {
  private KitTests() {}

  /** Opens a plug-in; closed with the stream, which JUnit closes after the last test. */
  static Stream<DynamicNode> of(Path plugin) {
    Path scratch = scratch();
    try {
      List<Path> beside = new ArrayList<>();
      for (Path root : roots()) {
        if (!same(root, plugin)) {
          beside.add(jar(root, scratch));
        }
      }
      Target target = new Target(jar(plugin, scratch), beside, Files.isDirectory(plugin));
      Catalog catalog = Catalog.ofJars(target.beside());
      return nodes(checks(target, catalog))
          .onClose(
              () -> {
                catalog.close();
                delete(scratch);
              });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Those of the JAR and, unless it cannot be loaded, which is the last of them, of the rest. */
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

  /** The JARs and folders of the class path that have plug-ins. */
  private static List<Path> roots() throws IOException {
    List<Path> roots = new ArrayList<>();
    ClassLoader loader = Kit.class.getClassLoader();
    for (var url : Collections.list(loader.getResources(PackedPlugin.INDEX))) {
      String text = url.toString();
      String root = text.substring(0, text.length() - PackedPlugin.INDEX.length());
      roots.add(Path.of(URI.create(root.replaceFirst("^jar:(.*)!/$", "$1"))));
    }
    return roots;
  }

  private static boolean same(Path one, Path other) throws IOException {
    return Files.exists(other) && Files.isSameFile(one, other);
  }

  private static Path jar(Path plugin, Path scratch) throws IOException {
    if (Files.isRegularFile(plugin)) {
      return plugin;
    }
    if (!Files.isRegularFile(plugin.resolve(PackedPlugin.INDEX))) {
      throw new IllegalArgumentException(
          "%s: is neither a JAR nor a folder with %s; build the plug-in first"
              .formatted(plugin, PackedPlugin.INDEX));
    }
    return packed(plugin, scratch);
  }

  /** Packs a folder of classes; the project's folder, two above, gives it a Plugin-Id. */
  private static Path packed(Path classes, Path scratch) throws IOException {
    Path target = classes.toAbsolutePath().normalize().getParent();
    String id =
        String.valueOf(target.getParent() == null ? target : target.getParent().getFileName());
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue("Plugin-Id", id);
    manifest.getMainAttributes().putValue("Plugin-Version", "0");
    Path jar = Files.createTempFile(scratch, id + "-", ".jar");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out, manifest);
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        String name = classes.relativize(file).toString().replace('\\', '/');
        if (!name.equals("META-INF/MANIFEST.MF")) {
          entries.putNextEntry(new JarEntry(name));
          Files.copy(file, entries);
        }
      }
    }
    return jar;
  }

  private static Path scratch() {
    try {
      return Files.createTempDirectory("varve-kit-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
