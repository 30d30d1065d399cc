package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The distribution with {@code -Pcuda}, on a machine without a card. A library in which every
 * function answers "no device" stands for the driver, so that all but the kernels is tried. It
 * needs 12 GB of disk, a compiler and {@code nm}; {@code -Dvarve.cuda.distribution=FOLDER} takes
 * one that is built already.
 */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
@Tag("slow")
final class CudaDistributionTest {
  private static final int NO_DEVICE = 100; // CUDA_ERROR_NO_DEVICE
  private static final double SECOND = 1;

  /** What the CUDA runtime looks up by name: the version, and any other function. */
  private static final String ASKED_BY_NAME =
      """
      #include <string.h>
      int cuInit(unsigned flags) { return 100; }
      int cuDriverGetVersion(int *version) { *version = 12090; return 0; }
      static int none(void) { return 100; }
      int cuGetProcAddress_v2(const char *name, void **found, int v, unsigned long f, int *s) {
        *found = strcmp(name, "cuDriverGetVersion") == 0 ? (void *) cuDriverGetVersion
            : strncmp(name, "cuGetProcAddress", 16) == 0 ? (void *) cuGetProcAddress_v2
            : (void *) none;
        if (s) *s = 0;
        return 0;
      }
      int cuGetProcAddress(const char *name, void **found, int v, unsigned long f) {
        return cuGetProcAddress_v2(name, found, v, f, 0);
      }
      """;

  @TempDir static Path folder;
  private static Path distribution;
  private static Path driver;

  /** What a process left. */
  private record Ended(int code, String out, String err, double seconds) {
    JsonObject json() {
      String last = out.strip().lines().reduce((a, b) -> b).orElse("");
      return JsonParser.parseString(last).getAsJsonObject();
    }
  }

  @BeforeAll
  static void build() throws Exception {
    assumeTrue(!Files.exists(Path.of("/dev/nvidia0")), "there is a card; run the tests tagged gpu");
    assumeTrue(isThere("gcc") && isThere("nm"), "needs gcc and nm: apt-get install gcc");
    String built = System.getProperty("varve.cuda.distribution");
    distribution = built == null ? packaged() : Path.of(built);
    driver = Files.createDirectory(folder.resolve("driver"));
    makeDriver();
  }

  /** A folder of 4.8 GB need not wait for the end of all tests. */
  @AfterAll
  static void discard() throws Exception {
    if (distribution != null && distribution.startsWith(folder)) {
      run(folder, List.of("rm", "-rf", folder.resolve("checkout").toString()), List.of());
    }
  }

  private static boolean isThere(String program) throws Exception {
    return run(folder, List.of("sh", "-c", "command -v " + program), List.of()).code() == 0;
  }

  private static Path packaged() throws Exception {
    Path checkout = Files.createDirectory(folder.resolve("checkout"));
    String copy =
        "git ls-files -z --cached --others --exclude-standard | tar c --null -T - | tar x -C ";
    Ended copied = run(Cli.root(), List.of("sh", "-c", copy + checkout), List.of());
    assertThat(copied.code()).as(copied.err()).isZero();
    Ended maven =
        run(checkout, List.of("mvn", "-B", "-q", "-Pcuda", "-DskipTests", "package"), List.of());
    assertThat(maven.code()).as(maven.out()).isZero();
    return checkout.resolve("runtime/distribution/target/varve");
  }

  /** Defines all that the libraries ask of a driver. */
  private static void makeDriver() throws Exception {
    Set<String> functions = new TreeSet<>();
    List<Path> libraries;
    try (Stream<Path> files = Files.walk(distribution.resolve("cuda"))) {
      libraries = files.filter(f -> f.toString().matches(".*\\.so(\\.\\d+)*")).toList();
    }
    for (Path library : libraries) {
      run(folder, List.of("nm", "-D", "--undefined-only", library.toString()), List.of())
          .out()
          .lines()
          .map(line -> line.strip().replaceFirst("^U ", "").replaceFirst("@.*", ""))
          .filter(name -> name.matches("cu[A-Z]\\w+"))
          .forEach(functions::add);
    }
    assertThat(functions).contains("cuLaunchKernel");
    String none = "int %s(void) { return " + NO_DEVICE + "; }\n";
    String source =
        functions.stream().map(none::formatted).collect(Collectors.joining()) + ASKED_BY_NAME;
    Path file = Files.writeString(driver.resolve("driver.c"), source);
    Path library = driver.resolve("libcuda.so.1");
    Ended compiled =
        run(
            folder,
            List.of(
                "gcc",
                "-shared",
                "-fPIC",
                "-Wl,-soname,libcuda.so.1",
                "-o",
                library.toString(),
                file.toString()),
            List.of());
    assertThat(compiled.code()).as(compiled.err()).isZero();
  }

  private static Ended run(Path where, List<String> command, List<String> variables)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile(folder, "out", "");
    Path err = Files.createTempFile(folder, "err", "");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(where.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.matches("PYTORCH_.*|LD_LIBRARY_PATH|CUDA_VISIBLE_DEVICES"));
    variables.forEach(v -> builder.environment().put(v.split("=", 2)[0], v.split("=", 2)[1]));
    long start = System.nanoTime();
    int code = builder.start().waitFor();
    double seconds = 1e-9 * (System.nanoTime() - start);
    return new Ended(code, read(out), read(err), seconds);
  }

  private static String read(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  /** Runs the launcher where there is such a driver, and no card. */
  private static Ended varve(String... arguments) throws Exception {
    return varve(List.of("LD_LIBRARY_PATH=" + driver), arguments);
  }

  private static Ended varve(List<String> variables, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(distribution.resolve("bin/varve").toString()));
    command.addAll(List.of(arguments));
    return run(folder, command, variables);
  }

  @Test
  void holdsAllThatAProcessNeedsButTheDriver() throws Exception {
    Path cuda = distribution.resolve("cuda");
    String all = cuda + "/onnxruntime:" + cuda.resolve("libtorch-2.5.1-cu124") + ":" + driver;
    for (String library :
        List.of(
            "onnxruntime/libonnxruntime_providers_cuda.so",
            "libtorch-2.5.1-cu124/libtorch_cuda.so")) {
      Ended needs =
          run(
              folder,
              List.of("ldd", cuda.resolve(library) + ""),
              List.of("LD_LIBRARY_PATH=" + all));
      assertThat(needs.out()).contains("libcublas").doesNotContain("not found");
    }
    assertThat(cuda.resolve("onnxruntime/libcublasLt.so.12")).isSymbolicLink().exists();
  }

  /** The CUDA libraries are loaded and say that there is no card, not that something is missing. */
  @Test
  void getsAsFarAsAskingForACard() throws Exception {
    Ended doctor = varve("doctor", "--json");
    JsonObject found = doctor.json();
    assertThat(doctor.code()).as(doctor.err()).isEqualTo(1);
    assertThat(found.get("libtorch").getAsString()).startsWith("2.5.1 cu124 (");
    assertThat(found.get("devices").getAsString()).isEqualTo("[cpu()], default cpu()");
    assertThat(found.get("onnxruntime_providers").getAsString()).contains("CUDA");
    assertThat(found.get("nvidia_driver").getAsString()).endsWith("driver/libcuda.so.1");
    assertThat(found.get("onnxruntime_cuda").getAsString())
        .startsWith("CUDA failure 100: no CUDA-capable device is detected");
    assertThat(doctor.err().lines())
        .allMatch(line -> line.startsWith("problem: "))
        .anyMatch(line -> line.contains("but no card that this process may use"));
  }

  @Test
  void failsInALineWithoutACard() throws Exception {
    Files.createDirectory(folder.resolve("bundle"));
    for (String[] command :
        new String[][] {{"score", folder.resolve("bundle").toString()}, {"train", model()}}) {
      Ended best = null;
      for (int i = 0; i < 5 && (best == null || best.seconds() > SECOND); i++) {
        best = varve(command[0], command[1], "--device", "cuda");
      }
      assertThat(best.code()).isEqualTo(2);
      assertThat(best.err().strip()).hasLineCount(1).contains("driver", "no card");
      assertThat(best.seconds()).isLessThan(SECOND);
    }
  }

  private static String model() {
    return Cli.root().resolve("conformance-tests/models/tiny-parts.yaml").toString();
  }

  /** As on a machine with neither: on the CPU, with its libraries, and nothing is unpacked. */
  @Test
  void computesOnTheCpuWhereThereIsNoCard() throws Exception {
    Path temporary = Files.createDirectories(folder.resolve("temporary"));
    for (String path : List.of(driver.toString(), "")) {
      String run = folder.resolve("run" + path.length()).toString();
      Ended trained =
          varve(
              List.of("LD_LIBRARY_PATH=" + path, "TMPDIR=" + temporary),
              "train",
              model(),
              "--out",
              run,
              "--set",
              "data={type: strokes, count: 64, test-count: 16, size: 16}",
              "--set",
              "training.epochs=1",
              "--json");
      assertThat(trained.code()).as(trained.err()).isZero();
      assertThat(Files.readString(Path.of(run, "run.json"))).contains("\"cpu\"");
      assertThat(trained.json().get("device").getAsString()).isEqualTo("cpu");
      assertThat(trained.err().contains("note: computing on the CPU: there is an NVIDIA driver"))
          .isEqualTo(!path.isEmpty());
      try (Stream<Path> left = Files.list(temporary)) {
        assertThat(left).isEmpty();
      }
    }
  }
}
