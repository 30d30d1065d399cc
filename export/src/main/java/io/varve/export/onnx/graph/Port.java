package io.varve.export.onnx.graph;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.export.onnx.program.Extent;
import java.util.List;

/**
 * An input or output of a graph.
 *
 * @param name its name in the graph
 * @param type the type of its elements
 * @param extents its sizes, the batch included
 */
public record Port(String name, DataType type, List<Extent> extents) {
  /** Copies the list. */
  public Port {
    extents = List.copyOf(extents);
  }

  /** Whether axis 0 is the batch and no other axis grows with it. */
  public boolean batched() {
    return !extents.isEmpty()
        && extents.get(0).equals(Extent.BATCH)
        && extents.stream().skip(1).allMatch(Extent::fixed);
  }

  /**
   * The shape without the batch: of one element of it, or the whole shape where nothing depends on
   * the batch.
   *
   * @throws IllegalArgumentException if the batch is elsewhere than in axis 0
   */
  public Shape event() {
    if (!batched() && !extents.stream().allMatch(Extent::fixed)) {
      throw new IllegalArgumentException(
          name + ": has shape " + extents + ", in which the batch B is not axis 0 alone");
    }
    return new Shape(extents.stream().skip(batched() ? 1 : 0).mapToLong(Extent::offset).toArray());
  }
}
