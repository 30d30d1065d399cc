package io.varve.export.bundle;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.export.onnx.record.Trace;
import io.varve.export.onnx.record.Traced;
import io.varve.inference.bundle.GraphName;
import io.varve.inference.bundle.Manifest;
import io.varve.inference.bundle.Term;
import io.varve.model.Bound;
import io.varve.model.EngineNoise;
import io.varve.model.Model;
import io.varve.model.NoiseSource;
import io.varve.model.Run;
import io.varve.spi.Mapped;
import io.varve.spi.Solves.Stop;
import io.varve.spi.Space;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One graph of a bundle: its name and the code to trace.
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

  private final GraphName name;
  private final Exported exported;
  private final Map<String, Manifest.Noise> noise = new LinkedHashMap<>();

  /**
   * @throws IllegalArgumentException if the model has no such graph
   */
  EntryPoint(GraphName name, Exported exported) {
    this.name = name;
    this.exported = exported;
    Model model = exported.model();
    switch (name.kind()) {
      case CARRY -> name.variables().forEach(model::requireCarriable);
      case INFER -> {
        if (name.takesImages()) {
          model.requireInfers();
        } else {
          name.variables().forEach(model::requireInferableFrom);
        }
      }
      default -> {}
    }
  }

  GraphName name() {
    return name;
  }

  /** The noise the code asked for when it was traced, by name. */
  Map<String, Manifest.Noise> noise() {
    return noise;
  }

  /** The code to trace. */
  Traced code() {
    return trace -> run(trace, name.exact() ? Stop.NEVER : Stop.CONVERGED);
  }

  /**
   * The code to hold the graph against: where that does every round, this stops when a round
   * changes nothing, which gives the same and takes less.
   */
  Traced reference() {
    return trace -> run(trace, name.exact() ? Stop.UNCHANGED : Stop.CONVERGED);
  }

  private Map<String, NDArray> run(Trace trace, Stop stop) {
    TracedParameters parameters = new TracedParameters(trace, stop);
    Run run = new Run(trace.manager(), parameters, false, new Inputs(trace));
    Map<String, NDArray> outputs = new LinkedHashMap<>(outputs(trace, run));
    outputs.putAll(parameters.solved());
    if (name.exact() && parameters.solved().isEmpty()) {
      throw new IllegalArgumentException(
          "nothing in it is iterated; ask for '%s' instead".formatted(name.exactly(false)));
    }
    return outputs;
  }

  private Map<String, NDArray> outputs(Trace trace, Run run) {
    return switch (name.kind()) {
      case BOUND -> bound(trace, run);
      case IMPORTANCE -> importance(trace, run);
      case INFER -> infer(trace, run);
      case GENERATE, CARRY -> generate(trace, run);
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
    // Where p and q read nothing, one number is the KL of all rows.
    Map<String, NDArray> kl = new LinkedHashMap<>(bound.kl());
    kl.replaceAll((z, term) -> term.broadcast(total.getShape()));
    outputs.putAll(Term.named(bound.logP(), kl));
    bound.sampled().forEach((z, terms) -> trace.terms(Term.kl(z), terms));
    return outputs;
  }

  private Map<String, NDArray> importance(Trace trace, Run run) {
    return Map.of("log_weight", exported.model().logWeight(run, encoded(trace, run).value()));
  }

  private Map<String, NDArray> generate(Trace trace, Run run) {
    Model model = exported.model();
    Map<String, NDArray> given = new LinkedHashMap<>();
    for (String variable : name.variables()) {
      given.put(variable, input(trace, variable));
    }
    Map<String, NDArray> outputs = model.generate(run, given);
    name.variables().forEach(outputs::remove);
    String x = model.observed();
    outputs.put("pixels", exported.encoding().display(outputs.get(x)));
    outputs.put("pixels.mean", exported.encoding().display(outputs.get(x + ".mean")));
    return outputs;
  }

  private Map<String, NDArray> infer(Trace trace, Run run) {
    Model model = exported.model();
    if (name.takesImages()) {
      return model.infer(run, encoded(trace, run).value());
    }
    String data = name.variables().get(0);
    return model.infer(run, data, input(trace, data));
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
