package io.varve.export.onnx;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;
import io.varve.export.onnx.check.ParityGate;
import io.varve.export.onnx.graph.OnnxGraph;
import io.varve.export.onnx.lower.Lowering;
import io.varve.export.onnx.program.Origin;
import io.varve.export.onnx.program.Program;
import io.varve.export.onnx.record.Merge;
import io.varve.export.onnx.record.Recorder;
import io.varve.export.onnx.record.Replay;
import io.varve.export.onnx.record.Trace;
import io.varve.export.onnx.record.Traced;
import io.varve.export.onnx.record.TracedWeights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Exports array code to ONNX by running it on recording arrays.
 *
 * <p>The code is run at batch sizes 3, 5 and 8, and every integer that differs must be the same
 * expression of the batch in all three. The code is then run at batch sizes 1 and 2, where it must
 * do the same: an {@code if (batch == 1)} does not. Code that cannot be exported is refused with an
 * error that names the operation, the line of its author, and what to write instead. What these
 * batch sizes do not show is left to {@code ParityGate}.
 */
public final class OnnxExporter {
  private static final long[] BATCHES = {3, 5, 8};

  /** Not part of the record, but held against it: code tells one row, or two, from more. */
  private static final long[] REPLAYED = {1, 2};

  private final Traced code;
  private final Optional<TracedWeights> weights;

  private OnnxExporter(Traced code, Optional<TracedWeights> weights) {
    this.code = code;
    this.weights = weights;
  }

  /** Exports a function of arrays. */
  public static OnnxExporter of(Traced code) {
    return new OnnxExporter(code, Optional.empty());
  }

  /**
   * Exports a block in evaluation mode. Its parameters keep the names they have in it; inputs are
   * called "input", or "input0", "input1" and so on, and outputs likewise.
   *
   * @param block an initialised block
   * @param inputs the shapes of its FLOAT32 inputs, without the batch; for other types write a
   *     {@code Traced} function that calls the block
   */
  public static OnnxExporter of(Block block, Shape... inputs) {
    Map<Parameter, String> names = new LinkedHashMap<>();
    NDManager manager = null;
    for (Pair<String, Parameter> pair : block.getParameters()) {
      names.putIfAbsent(pair.getValue(), pair.getKey());
      manager = manager == null ? pair.getValue().getArray().getManager() : manager;
    }
    ParameterStore values =
        new ParameterStore(manager == null ? NDManager.newBaseManager() : manager, false);
    return of(trace -> forward(block, inputs, trace)).parameters(names, values);
  }

  private static Map<String, NDArray> forward(Block block, Shape[] shapes, Trace trace) {
    NDList inputs = new NDList();
    for (int i = 0; i < shapes.length; i++) {
      NDArray sample = trace.samples().randomNormal(new Shape(trace.batch()).addAll(shapes[i]));
      inputs.add(trace.input(numbered("input", i, shapes.length), sample));
    }
    NDList results = block.forward(trace.parameters(), inputs, false);
    Map<String, NDArray> outputs = new LinkedHashMap<>();
    for (int i = 0; i < results.size(); i++) {
      outputs.put(numbered("output", i, results.size()), results.get(i));
    }
    return outputs;
  }

  private static String numbered(String name, int i, int count) {
    return count == 1 ? name : name + i;
  }

  /**
   * Registers the parameters that the code may ask for.
   *
   * @param names what each is called in the graph and in the weights file
   * @param values delivers their values, which must stay open until the graph is written
   * @throws IllegalArgumentException if two parameters have one name
   */
  public OnnxExporter parameters(Map<Parameter, String> names, ParameterStore values) {
    return new OnnxExporter(code, Optional.of(new TracedWeights(names, values)));
  }

  /**
   * Records the code and lowers the record.
   *
   * @param manager decides the engine and device that the code is evaluated on meanwhile; nothing
   *     stays attached to it
   * @throws IllegalArgumentException if the code cannot be exported
   */
  public OnnxGraph trace(NDManager manager) {
    return lower(record(manager), manager);
  }

  /** Records the code without lowering it. */
  Program record(NDManager manager) {
    List<Program> programs = new ArrayList<>();
    for (long batch : BATCHES) {
      programs.add(record(batch, manager));
    }
    return Merge.of(BATCHES, programs);
  }

  private Program record(long batch, NDManager manager) {
    try (NDManager scope = manager.newSubManager();
        NDScope arrays = new NDScope()) {
      arrays.suppressNotUsedWarning();
      Recorder recorder = new Recorder(batch, scope, weights(manager));
      return recorder.finish(run(recorder));
    }
  }

  /** Lowers a record of the code that small batches confirm. */
  OnnxGraph lower(Program program, NDManager manager) {
    OnnxGraph graph = Lowering.lower(program);
    for (long batch : REPLAYED) {
      Replay.require(program, replay(batch, manager), BATCHES[0], batch);
    }
    return graph;
  }

  private Program replay(long batch, NDManager manager) {
    try {
      return record(batch, manager);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(e.getMessage() + ", at batch " + batch + " too", e);
    }
  }

  private Map<String, NDArray> run(Recorder recorder) {
    try {
      return code.run(recorder);
    } catch (RuntimeException e) {
      throw Origin.retold(e);
    }
  }

  private TracedWeights weights(NDManager manager) {
    return weights.orElseGet(() -> new TracedWeights(Map.of(), new ParameterStore(manager, false)));
  }

  /**
   * Compares an exported graph in ONNX Runtime with the code in DJL.
   *
   * @param onnx the file of the graph
   * @param manager decides the engine and device of the comparison
   * @throws IllegalArgumentException if the graph cannot be run, or not at every batch size
   */
  public ParityGate check(Path onnx, NDManager manager) {
    return check(onnx, manager, ParityGate.BATCHES);
  }

  /**
   * Compares at batch sizes of one's own; see {@link #check(Path, NDManager)}.
   *
   * @param batches sizes that the graph was not made from, which are 3, 5 and 8
   */
  public ParityGate check(Path onnx, NDManager manager, List<Integer> batches) {
    return ParityGate.of(code, weights(manager).values(), onnx, manager, batches);
  }

  /**
   * Exports to a file and its weights beside it, and compares the two to a tolerance of 1e-4; see
   * {@code OnnxGraph#save} and {@code ParityGate#require}.
   *
   * @throws IllegalArgumentException if the code cannot be exported or the graph disagrees with it
   */
  public OnnxGraph save(Path onnx) {
    try (NDManager manager =
        weights.isEmpty()
            ? NDManager.newBaseManager()
            : weights.get().values().getManager().newSubManager()) {
      OnnxGraph graph = trace(manager);
      graph.save(onnx);
      check(onnx, manager).require(TOLERANCE);
      return graph;
    }
  }

  /** Single precision, summed over layers. */
  private static final double TOLERANCE = 1e-4;
}
