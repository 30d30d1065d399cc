package io.varve.app.check;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.util.Utils;
import io.varve.app.option.GlobalOptions;
import io.varve.app.option.Output;
import io.varve.app.option.Version;
import io.varve.app.option.Workspace;
import io.varve.app.process.EngineCache;
import io.varve.app.process.Failure;
import io.varve.inference.onnxruntime.CudaTrial;
import io.varve.inference.onnxruntime.NvidiaDriver;
import io.varve.inference.onnxruntime.OnnxRuntime;
import io.varve.training.engine.DeviceMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** Prints the parts of this installation and any problems with it. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = "Prints the parts of this installation and any problems with it.")
public final class DoctorCommand implements Callable<Integer> {
  @ParentCommand private GlobalOptions global;
  @Mixin private Output output;
  private final List<String> problems = new ArrayList<>();

  @Override
  public Integer call() {
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("varve", Version.text());
    results.put("home", Workspace.home().map(Path::toString).orElse("none"));
    results.put("jdk", Runtime.version() + " (" + System.getProperty("java.vendor") + ")");
    results.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    results.put("processor", processor());
    results.put("cores", Runtime.getRuntime().availableProcessors());
    results.put("heap_mb", Runtime.getRuntime().maxMemory() >> 20);
    results.put("allocator", allocator());
    EngineCache.choose().ifPresent(note -> Output.say("note: %s", note));
    engine(results);
    results.put("onnxruntime", attempt("ONNX Runtime", OnnxRuntime::version));
    results.put(
        "onnxruntime_providers", attempt("ONNX Runtime", () -> OnnxRuntime.providers().toString()));
    if (problems.stream().noneMatch(problem -> problem.startsWith("ONNX Runtime: "))) {
      attempt("CUDA", () -> cuda(results));
    }
    results.put("plugins", attempt("plug-ins", this::plugins));
    results.put("problems", problems.isEmpty() ? "none" : List.copyOf(problems));
    output.results(results);
    problems.forEach(problem -> Output.say("problem: %s", problem));
    return problems.isEmpty() ? 0 : 1;
  }

  private void engine(Map<String, Object> results) {
    results.put("engine_cache", Utils.getEngineCacheDir().toString());
    results.put("djl", attempt("DJL", Engine::getDjlVersion));
    results.put("libtorch", attempt("libtorch", DoctorCommand::libtorch));
    results.put("threads", attempt("libtorch", DoctorCommand::threads));
    results.put("devices", attempt("libtorch", DoctorCommand::devices));
  }

  /** Its version, and for CUDA the flavour and the folder that the launcher chose. */
  private static String libtorch() {
    String version = Engine.getInstance().getVersion();
    String folder = System.getenv("PYTORCH_LIBRARY_PATH");
    return folder == null || folder.isEmpty()
        ? version
        : String.join(
            " ",
            version,
            Objects.requireNonNullElse(System.getenv("PYTORCH_FLAVOR"), "of any flavour"),
            "(" + folder + ")");
  }

  /** What there is for CUDA, from the driver up to ONNX Runtime's provider. */
  private String cuda(Map<String, Object> results) {
    NvidiaDriver driver = NvidiaDriver.find();
    results.put("nvidia_driver", driver.library().map(Path::toString).orElse("none"));
    results.put("nvidia_cards", driver.cards() < 0 ? "unknown" : driver.cards());
    Optional.ofNullable(System.getenv("CUDA_VISIBLE_DEVICES"))
        .ifPresent(visible -> results.put("cuda_visible_devices", "'" + visible + "'"));
    boolean forCuda = OnnxRuntime.folder().isPresent() && OnnxRuntime.providers().contains("CUDA");
    results.put(
        "cuda_folder",
        Workspace.home()
            .map(home -> home.resolve("cuda"))
            .filter(Files::isDirectory)
            .map(Path::toString)
            .orElse("none"));
    cards(results);
    results.put(
        "onnxruntime_folder",
        OnnxRuntime.folder().map(Path::toString).orElse("unpacked at each start"));
    if (driver.library().isEmpty()) {
      return "";
    }
    if (!forCuda) {
      if (driver.lack().isEmpty()) {
        problems.add(
            "there is an NVIDIA card but the libraries are for the CPU; build with -Pcuda (docs/gpu.md)");
      }
      return "";
    }
    driver.lack().ifPresent(problems::add);
    Optional<String> failure = CudaTrial.failure(0);
    results.put("onnxruntime_cuda", failure.orElse("works"));
    failure.ifPresent(reason -> problems.add("ONNX Runtime on CUDA: " + reason));
    for (int i = 0; i < Engine.getInstance().getGpuCount(); i++) {
      results.put("cuda:" + i, DeviceMemory.of(Device.gpu(i)).text());
    }
    return "";
  }

  /** What the driver calls the cards. */
  private static void cards(Map<String, Object> results) {
    try (Stream<Path> cards = Files.list(Path.of("/proc/driver/nvidia/gpus"))) {
      List<String> names = new ArrayList<>();
      for (Path card : cards.sorted().toList()) {
        Files.readAllLines(card.resolve("information")).stream()
            .filter(line -> line.startsWith("Model:"))
            .map(line -> line.substring("Model:".length()).strip())
            .forEach(names::add);
      }
      results.put("nvidia_card_names", String.join(", ", names));
    } catch (IOException | UncheckedIOException e) {
      // no driver, or one that does not tell, as below Windows
    }
  }

  private static String threads() {
    return ai.djl.pytorch.jni.JniUtils.getNumThreads() + " in operators";
  }

  private static String devices() {
    Engine engine = Engine.getInstance();
    return Stream.of(engine.getDevices(engine.getGpuCount())).map(Device::toString).toList()
        + ", default "
        + engine.defaultDevice();
  }

  private String plugins() {
    try (Workspace workspace = Workspace.quietly(global)) {
      workspace
          .catalog()
          .leftOut()
          .forEach(leftOut -> problems.add("plug-in left out: " + leftOut));
      int components =
          workspace.catalog().plugins().stream().mapToInt(p -> p.components().size()).sum();
      if (components == 0) {
        problems.add("no plug-in is loaded; start through bin/varve or name a folder by --plugins");
      }
      return workspace.catalog().plugins().size() + " JARs, " + components + " components";
    }
  }

  private static String processor() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }

  /** The allocator that is mapped into this process. */
  private static String allocator() {
    Path maps = Path.of("/proc/self/maps");
    if (!Files.isReadable(maps)) {
      return "the system's";
    }
    try (Stream<String> lines = Files.lines(maps)) {
      return lines
          .filter(line -> line.matches(".*lib(jemalloc|tcmalloc|mimalloc).*"))
          .map(line -> line.substring(line.lastIndexOf('/') + 1))
          .findFirst()
          .orElse("the C library's");
    } catch (IOException e) {
      return "unknown";
    }
  }

  private String attempt(String what, Supplier<String> probe) {
    try {
      return probe.get();
    } catch (RuntimeException | LinkageError e) {
      // What fails for the same reason once more is no news, and the doctor does not send to
      // itself.
      if (problems.stream().noneMatch(problem -> problem.startsWith(what + ": "))) {
        String line = Failure.of(e).line();
        problems.add(what + ": " + line.replace("; 'varve doctor' tells more", ""));
      }
      return "unusable";
    }
  }
}
