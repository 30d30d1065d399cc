package io.varve.export.onnx;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.varve.export.onnx.check.ParityGate;
import io.varve.export.onnx.fold.Folding;
import io.varve.export.onnx.graph.OnnxGraph;
import io.varve.export.onnx.lower.Lowering;
import io.varve.export.onnx.program.Program;
import io.varve.export.onnx.record.Recording;
import io.varve.export.onnx.record.RegisteredParameters;
import io.varve.export.onnx.record.Traced;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Exports array code to ONNX by running it on recording arrays.
 *
 * <p>The code is run at batch sizes 3, 5 and 8, and every integer that differs must be the same
 * expression of the batch in all three. The code is then run at batch sizes 1 and 2, where it must
 * do the same: an {@code if (batch == 1)} does not. Code that cannot be exported is refused with an
 * error that names the operation, the line of its author, and what to write instead. {@code
 * ParityGate} looks for what these batch sizes do not show.
 */
public final class OnnxExporter {
  /** Single precision, summed over layers. */
  private static final double TOLERANCE = 1e-4;

  private final Traced code;
  private final Optional<RegisteredParameters> registered;
  private final boolean folds;

  private OnnxExporter(Traced code, Optional<RegisteredParameters> registered, boolean folds) {
    this.code = code;
    this.registered = registered;
    this.folds = folds;
  }

  /** Exports a function of arrays. */
  public static OnnxExporter of(Traced code) {
    return new OnnxExporter(code, Optional.empty(), false);
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
    return new OnnxExporter(
        Traced.of(block, inputs), Optional.of(RegisteredParameters.of(block)), false);
  }

  /**
   * Registers the parameters that the code may ask for.
   *
   * @param names what each is called in the graph and in the weights file
   * @param values delivers their values, which must stay open until the graph is written
   * @throws IllegalArgumentException if two parameters have one name
   */
  public OnnxExporter parameters(Map<Parameter, String> names, ParameterStore values) {
    return new OnnxExporter(code, Optional.of(new RegisteredParameters(names, values)), folds);
  }

  /**
   * Stores what the code computes from parameters alone, such as a normalised or masked weight, in
   * place of the parameters, where that is not larger. What is stored is named after its largest
   * parameter, with an {@code @} and a hash of the computation.
   */
  public OnnxExporter folded() {
    return new OnnxExporter(code, registered, true);
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
    return recording(manager).program();
  }

  /** Lowers a record of the code that small batches confirm. */
  OnnxGraph lower(Program program, NDManager manager) {
    OnnxGraph graph = Lowering.lower(program);
    recording(manager).confirm(program);
    return folds ? Folding.of(graph) : graph;
  }

  private Recording recording(NDManager manager) {
    return new Recording(code, parameters(manager), manager);
  }

  private RegisteredParameters parameters(NDManager manager) {
    return registered.orElseGet(
        () -> new RegisteredParameters(Map.of(), new ParameterStore(manager, false)));
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
    return ParityGate.of(code, parameters(manager).values(), onnx, manager, batches);
  }

  /**
   * Exports to a file and its weights beside it, and compares the two to a tolerance of 1e-4; see
   * {@code OnnxGraph#save} and {@code ParityGate#require}.
   *
   * @throws IllegalArgumentException if the code cannot be exported or the graph disagrees with it
   */
  public OnnxGraph save(Path onnx) {
    try (NDManager manager =
        registered
            .map(parameters -> parameters.values().getManager().newSubManager())
            .orElseGet(NDManager::newBaseManager)) {
      OnnxGraph graph = trace(manager);
      graph.save(onnx);
      check(onnx, manager).require(TOLERANCE);
      return graph;
    }
  }
}
