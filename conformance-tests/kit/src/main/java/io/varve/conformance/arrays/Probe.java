package io.varve.conformance.arrays;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.varve.spi.Pass;
import java.util.List;

/**
 * One function of a component as array code: what the X rules are tried on.
 *
 * @param name the method, and where it was built if there are several: {@code forward [4]}
 * @param inputs what it reads, in order
 * @param parameters what it reads besides: the parameters and buffers that its part lists
 * @param smooth whether gradients are derivatives; not so for draws that pass none, or on a grid
 * @param body the call; its results lead with the batch
 */
public record Probe(
    String name, List<Input> inputs, List<Parameter> parameters, boolean smooth, Body body) {
  /** Keeps its own lists. */
  public Probe {
    inputs = List.copyOf(inputs);
    parameters = List.copyOf(parameters);
  }

  /** A probe whose gradients are derivatives. */
  public Probe(String name, List<Input> inputs, List<Parameter> parameters, Body body) {
    this(name, inputs, parameters, true, body);
  }

  /**
   * One argument.
   *
   * @param name for messages and graph inputs
   * @param event its shape without the batch
   * @param levels 0 for standard normal numbers, with gradients; {@link #UNIT} for uniform ones in
   *     (0, 1), with gradients; otherwise values 0..levels-1
   */
  public record Input(String name, Shape event, int levels) {
    /** In place of levels: uniform numbers in (0, 1). */
    public static final int UNIT = -1;

    /** Whether gradients are asked for. */
    boolean real() {
      return levels <= 0;
    }
  }

  /** Calls the component. */
  @FunctionalInterface
  public interface Body {
    /** The results for these inputs, each [B, event]. */
    NDList of(Pass pass, NDList inputs);
  }
}
