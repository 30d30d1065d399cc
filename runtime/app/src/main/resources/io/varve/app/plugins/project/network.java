package @package@;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import io.varve.spi.Default;
import io.varve.spi.Named;
import io.varve.spi.Network;
import io.varve.spi.Site;
import java.util.ArrayList;
import java.util.List;
import org.pf4j.Extension;

/**
 * One hidden layer over all inputs, and a linear layer for each output.
 *
 * @param width of the hidden layer
 */
@Extension
@Named(value = "@name@", examples = {"{}", "{width: 8}"})
public record @Type@(@Default("64") int width) implements Network {
  /** Refuses a layer without units. */
  public @Type@ {
    if (width < 1) {
      throw new IllegalArgumentException("'width' must be at least 1, not " + width);
    }
  }

  @Override
  public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
    if (inputs.isEmpty() || outputs.isEmpty()) {
      throw new IllegalArgumentException("'@name@' needs an input and an output");
    }
    List<Block> heads = new ArrayList<>();
    for (Shape output : outputs) {
      Shape batch = new Shape(-1).addAll(output);
      heads.add(
          new SequentialBlock()
              .add(Linear.builder().setUnits(output.size()).build())
              .add(new LambdaBlock(y -> new NDList(y.head().reshape(batch)), "shape")));
    }
    return new SequentialBlock()
        .add(new LambdaBlock(@Type@::flat, "flat"))
        .add(Linear.builder().setUnits(width).build())
        .add(Activation::tanh)
        .add(new ParallelBlock(@Type@::all, heads));
  }

  private static NDList flat(NDList inputs) {
    NDList flat = new NDList();
    for (NDArray input : inputs) {
      flat.add(input.reshape(-1, input.getShape().slice(1).size()));
    }
    return flat.size() == 1 ? flat : new NDList(NDArrays.concat(flat, 1));
  }

  private static NDList all(List<NDList> heads) {
    NDList all = new NDList();
    heads.forEach(all::addAll);
    return all;
  }
}
