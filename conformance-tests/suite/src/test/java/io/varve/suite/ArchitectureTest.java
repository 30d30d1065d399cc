package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Our classes keep the rules of {@link Architecture}, and each rule catches a class that does not.
 */
class ArchitectureTest {
  private static final Map<String, ArchRule> RULES = Architecture.rules();

  private static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.varve");

  private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();

  /** One for all samples, so that the JARs of the class path are opened once. */
  private static final StandardJavaFileManager FILES =
      COMPILER.getStandardFileManager(null, null, null);

  @TempDir private Path folder;

  @AfterAll
  static void closeFiles() throws IOException {
    FILES.close();
  }

  static Stream<String> rules() {
    return RULES.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("rules")
  void holds(String rule) {
    RULES.get(rule).check(OURS);
  }

  /** A rule and a source file that breaks it. */
  static Stream<Arguments> breaches() {
    return Stream.of(modules(), packages(), others()).flatMap(breaches -> breaches);
  }

  /** In each module, a class that uses a module it must not use. */
  private static Stream<Arguments> modules() {
    return Layout.MODULES.stream()
        .map(
            module ->
                Layout.MODULES.stream()
                    .filter(other -> !other.equals(module))
                    .filter(other -> !module.uses().contains(other.folder()))
                    .findFirst()
                    .map(other -> uses(last(module.names()), last(other.names())))
                    .orElseThrow());
  }

  /** In each module, classes that use the package after their own. */
  private static Stream<Arguments> packages() {
    return Layout.MODULES.stream()
        .map(Layout.Module::names)
        .flatMap(
            names ->
                IntStream.range(1, names.size())
                    .mapToObj(i -> uses(names.get(i - 1), names.get(i))));
  }

  private static String last(List<String> names) {
    return names.get(names.size() - 1);
  }

  private static Stream<Arguments> others() {
    return Stream.of(
        breach("table", "package io.varve.model.corner; class Bad {}"),
        breach("size", "package io.varve.model; class Bad {} " + types(25)),
        breach(
            "record",
            "package io.varve.export.onnx.record; class Bad { ai.onnxruntime.OrtEnvironment x; }"),
        breach("onnx", "package io.varve.export.onnx; class Bad { io.varve.spi.Space space; }"),
        breach(
            "engine", "package io.varve.export; class Bad { ai.djl.pytorch.engine.PtNDArray x; }"),
        breach(
            "quiet",
            "package io.varve.app; class Bad { Object x = ai.onnxruntime.OrtEnvironment.getEnvironment(); }"),
        breach(
            "threads",
            "package io.varve.inference; class Bad { Object x = java.util.List.of().parallelStream(); }"),
        breach("inference", "package io.varve.inference; class Bad { ai.djl.ndarray.NDArray x; }"),
        breach(
            "numbers",
            "package io.varve.priors; " + body("Object f(NDArray x) { return x.mul(2); }")),
        breach(
            "numbers",
            "package io.varve.app; " + body("Object f(NDArray x) { return x.divi(2); }")),
        breach(
            "numbers",
            "package io.varve.priors; "
                + body("Function<Number, NDArray> f(NDArray x) { return x::sub; }")),
        breach(
            "numbers",
            "package io.varve.model; "
                + body("Object f(NDArray x) { return NDArrays.maximum(0, x); }")),
        breach("names", "package io.varve.model; class BinderImpl {}"),
        breach("names", "package io.varve.model; class Bad { static class AbstractNode {} }"),
        breach(
            "accessors",
            "package io.varve.model; class Bad { public int getSize() { return 1; } }"),
        breach("process", "package io.varve.model; " + body("void f() { System.out.println(); }")),
        breach("process", "package io.varve.model; " + body("Object f() { return System.err; }")),
        breach("process", "package io.varve.model; " + body("void f() { System.exit(1); }")),
        breach(
            "process",
            "package io.varve.model; " + body("void f(Error e) { e.printStackTrace(); }")),
        breach(
            "defaults",
            "package io.varve.model; " + body("Object f(String x) { return x.toLowerCase(); }")),
        breach(
            "defaults",
            "package io.varve.model; "
                + body("Object f(String x) { return String.format(x, 1); }")),
        breach(
            "defaults",
            "package io.varve.model; " + body("Object f(byte[] x) { return new String(x); }")),
        breach(
            "formatted",
            "package io.varve.model; "
                + body(
                    "Object f(java.nio.file.Path x) { return x.resolve(\"%d\".formatted(1)); }")),
        breach(
            "components",
            "package io.varve.schedules; abstract class Bad implements io.varve.spi.Schedule {}"),
        breach(
            "components",
            "package io.varve.schedules; public record Bad(double at) implements io.varve.spi.Schedule { public double at(io.varve.spi.Progress progress) { return at; } }"),
        breach(
            "cycles",
            "package io.varve.model.a; public class Bad { io.varve.model.b.Used used; }",
            "package io.varve.model.b; public class Used { io.varve.model.a.Bad bad; }"));
  }

  private static String types(int count) {
    return IntStream.range(0, count)
        .mapToObj("class T%d {} "::formatted)
        .collect(Collectors.joining());
  }

  private static Arguments uses(String user, String used) {
    return breach(
        "uses: " + user,
        "package io.varve." + user + "; class Bad { io.varve." + used + ".Used used; }",
        "package io.varve." + used + "; public class Used {}");
  }

  private static Arguments breach(String rule, String... sources) {
    return Arguments.of(rule, List.of(sources));
  }

  private static String body(String member) {
    return "import ai.djl.ndarray.*; import java.util.function.*; class Bad { " + member + " }";
  }

  @ParameterizedTest
  @MethodSource("breaches")
  void catches(String rule, List<String> sources) throws IOException {
    assertThat(RULES.get(rule).evaluate(compile(sources)).hasViolation()).isTrue();
  }

  @Test
  void everyRuleIsSeenToCatch() {
    assertThat(breaches().map(breach -> breach.get()[0])).containsAll(RULES.keySet());
  }

  private JavaClasses compile(List<String> sources) throws IOException {
    List<Path> files = new ArrayList<>();
    for (String source : sources) {
      // Every public class here is Used or Bad, and no file holds both.
      String name = source.contains("class Used") ? "Used.java" : "Bad.java";
      files.add(Files.writeString(folder.resolve(name), source));
    }
    Path classes = Files.createDirectory(folder.resolve("classes"));
    FILES.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(classes));
    boolean compiled =
        COMPILER
            .getTask(
                null,
                FILES,
                null,
                List.of("-proc:none"),
                null,
                FILES.getJavaFileObjectsFromPaths(files))
            .call();
    assertThat(compiled).as("the sample compiles").isTrue();
    return new ClassFileImporter().importPath(classes);
  }
}
