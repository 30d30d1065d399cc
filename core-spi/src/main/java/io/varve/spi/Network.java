package io.varve.spi;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import java.util.List;

/**
 * Builds an ordinary DJL block. Shapes exclude the batch; the block maps NDList to NDList in this
 * order.
 */
public interface Network extends Component {
  /**
   * A block with parameters of its own.
   *
   * @throws IllegalArgumentException if it cannot read such inputs or give such outputs
   */
  Block build(Site site, List<Shape> inputs, List<Shape> outputs);
}
