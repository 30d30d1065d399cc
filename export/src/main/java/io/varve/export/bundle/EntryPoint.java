package io.varve.export.bundle;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.export.onnx.record.Trace;
import io.varve.export.onnx.record.Traced;
import io.varve.inference.bundle.Manifest;
import io.varve.model.Bound;
import io.varve.model.EngineNoise;
import io.varve.model.Model;
import io.varve.model.NoiseSource;
import io.varve.model.Run;
import io.varve.spi.Mapped;
import io.varve.spi.Solves.Stop;
import io.varve.spi.Space;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One graph of a bundle: a name as it stands in {@code export:}, and the code to trace.
 *
 * <p>{@code bound}, {@code importance} and {@code infer} take stored images; {@code generate} takes
 * noise alone; {@code carry u z1} takes the values of u and z1 and draws the rest; {@code infer y}
 * takes those of a derived y and infers what they tell. {@code exact} before any of them does every
 * round of a fixed point.
 *
 * <p>Where something is iterated, a graph also tells how well it converged.
 */
final class EntryPoint {
  /** The stored images, where a graph takes them. */
  static final String IMAGES = "x";

  private final String name;
  private final boolean exact;
  private final String kind;
  private final Exported exported;
  private final List<String> carried = new ArrayList<>();
  private final Optional<String> inferredFrom;
  private final Map<String, Manifest.Noise> noise = new LinkedHashMap<>();

  /**
   * @throws IllegalArgumentException if there is no such entry point
   */
  EntryPoint(String name, Exported exported) {
    this.name = name;
    this.exact = name.startsWith(Manifest.EXACT);
    this.kind = Manifest.kind(name);
    this.exported = exported;
    this.inferredFrom =
        kind.startsWith(Manifest.INFER)
            ? Optional.of(kind.substring(Manifest.INFER.length()).trim())
            : Optional.empty();
    if (kind.startsWith(Manifest.CARRY)) {
      for (String variable : kind.substring(Manifest.CARRY.length()).trim().split(" +", -1)) {
        exported.model().requireCarriable(variable);
        carried.add(variable);
      }
    } else if (inferredFrom.isPresent()) {
      requireInferable(exported.model(), inferredFrom.get());
    } else if (kind.equals("infer")) {
      exported.model().requireInfers();
    } else if (!List.of("bound", "importance", "generate").contains(kind)) {
      throw new IllegalArgumentException(
          "no entry point is named '%s'; known are bound, importance, infer, generate, 'infer y' and 'carry u z1' for variables y, u, z1, all of them also with 'exact' before, and modes"
              .formatted(name));
    }
  }

  private static void requireInferable(Model model, String variable) {
    if (variable.equals(model.observed())) {
      throw new IllegalArgumentException(
          "'infer %s' takes the values of a derived variable; 'infer' alone takes images"
              .formatted(variable));
    }
    if (model.inferable(variable).isEmpty()) {
      throw new IllegalArgumentException(
          "'infer %s': no variable can be inferred from '%s' alone".formatted(variable, variable));
    }
  }

  String name() {
    return name;
  }

  /** The graph's file name in the bundle. */
  String file() {
    return name.trim().replace(' ', '-') + ".onnx";
  }

  /** The variables whose values the graph takes. */
  List<String> carried() {
    return List.copyOf(carried);
  }

  /** The noise the code asked for when it was traced, by name. */
  Map<String, Manifest.Noise> noise() {
    return noise;
  }

  /** Whether every round of a fixed point is done, converged or not. */
  boolean exact() {
    return exact;
  }

  /** The code to trace. */
  Traced code() {
    return trace -> run(trace, exact ? Stop.NEVER : Stop.CONVERGED);
  }

  /**
   * The code to hold the graph against: where that does every round, this stops when a round
   * changes nothing, which gives the same and takes less.
   */
  Traced reference() {
    return trace -> run(trace, exact ? Stop.UNCHANGED : Stop.CONVERGED);
  }

  private Map<String, NDArray> run(Trace trace, Stop stop) {
    TracedParameters parameters = new TracedParameters(trace, stop);
    Run run = new Run(trace.manager(), parameters, false, new Inputs(trace));
    Map<String, NDArray> outputs = new LinkedHashMap<>(outputs(trace, run));
    outputs.putAll(parameters.solved());
    if (exact && parameters.solved().isEmpty()) {
      throw new IllegalArgumentException(
          "nothing in it is iterated; ask for '%s' instead".formatted(kind));
    }
    return outputs;
  }

  private Map<String, NDArray> outputs(Trace trace, Run run) {
    if (inferredFrom.isPresent()) {
      return infer(trace, run, inferredFrom.get());
    }
    return switch (kind) {
      case "bound" -> bound(trace, run);
      case "importance" -> importance(trace, run);
      case "infer" -> exported.model().infer(run, encoded(trace, run).value());
      default -> generate(trace, run);
    };
  }

  private Map<String, NDArray> bound(Trace trace, Run run) {
    Mapped x = encoded(trace, run);
    Bound bound = exported.model().bound(run, x.value());
    Map<String, NDArray> outputs = new LinkedHashMap<>();
    NDArray total = bound.total();
    outputs.put("bound", total);
    outputs.put(
        "bits_per_dim", exported.encoding().bitsPerDim(total, x.logDet(), exported.stored()));
    bound.terms().forEach(term -> outputs.put(term.getKey(), term.getValue()));
    bound.sampled().forEach((z, terms) -> trace.terms("kl." + z, terms));
    return outputs;
  }

  private Map<String, NDArray> importance(Trace trace, Run run) {
    return Map.of("log_weight", exported.model().logWeight(run, encoded(trace, run).value()));
  }

  private Map<String, NDArray> generate(Trace trace, Run run) {
    Model model = exported.model();
    Map<String, NDArray> given = new LinkedHashMap<>();
    for (String variable : carried) {
      given.put(variable, input(trace, variable));
    }
    Map<String, NDArray> outputs = model.generate(run, given);
    carried.forEach(outputs::remove);
    String x = model.observed();
    outputs.put("pixels", exported.encoding().display(outputs.get(x)));
    outputs.put("pixels.mean", exported.encoding().display(outputs.get(x + ".mean")));
    return outputs;
  }

  private Map<String, NDArray> infer(Trace trace, Run run, String data) {
    return exported.model().infer(run, data, input(trace, data));
  }

  private NDArray input(Trace trace, String variable) {
    return trace.input(variable, sample(trace, exported.model().spaces().get(variable)));
  }

  /** A plausible value of a variable, to trace with. */
  private static NDArray sample(Trace trace, Space space) {
    NDManager manager = trace.samples();
    Shape shape = new Shape(trace.batch()).addAll(space.shape());
    return space.levels() == 0
        ? manager.randomNormal(shape)
        : manager
            .randomInteger(0, space.levels(), shape, DataType.INT32)
            .toType(DataType.FLOAT32, false);
  }

  private Mapped encoded(Trace trace, Run run) {
    NDArray bytes =
        trace
            .samples()
            .randomInteger(
                0, 256, new Shape(trace.batch()).addAll(exported.stored()), DataType.INT32)
            .toType(DataType.UINT8, false);
    return exported.encoding().encode(run, trace.input(IMAGES, bytes));
  }

  /** Noise as inputs of the graph. */
  private final class Inputs implements NoiseSource {
    private final Trace trace;
    private final EngineNoise samples;

    Inputs(Trace trace) {
      this.trace = trace;
      this.samples = new EngineNoise(trace.samples(), trace.batch());
    }

    @Override
    public NDArray normal(String stream, Shape event) {
      return input(stream, "normal", samples.normal(stream, event), event);
    }

    @Override
    public NDArray uniform(String stream, Shape event) {
      return input(stream, "uniform", samples.uniform(stream, event), event);
    }

    private NDArray input(String stream, String distribution, NDArray sample, Shape event) {
      noise.put(stream, new Manifest.Noise(stream, distribution, BundleExport.list(event)));
      return trace.input(stream, sample);
    }
  }
}
