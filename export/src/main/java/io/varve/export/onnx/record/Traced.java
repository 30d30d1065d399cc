package io.varve.export.onnx.record;

import ai.djl.ndarray.NDArray;
import java.util.Map;

/**
 * Array code to export: ordinary DJL code that takes its inputs, its parameters and its new arrays
 * from a {@link Trace}.
 *
 * <p>It is run several times at different batch sizes and must do the same each time, whatever the
 * values are: no branch or loop on the batch size, no value read on the host, no random draw. It
 * keeps no array between runs.
 */
@FunctionalInterface
public interface Traced {
  /** Computes the named outputs, in the order of the map; each name becomes a graph output. */
  Map<String, NDArray> run(Trace trace);
}
