package io.varve.networks;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.varve.networks.layer.BatchNormalization;
import io.varve.networks.layer.Reading;
import io.varve.spi.Named;
import io.varve.spi.Network;
import io.varve.spi.Site;
import java.util.List;
import org.pf4j.Extension;

/**
 * Batch normalisation of one input (Ioffe &amp; Szegedy, 2015), with a learned scale and shift: of
 * each number of a vector [D], of each channel of an image [C, H, W]. In a {@code feature} it is
 * one normalised value that several parts read.
 *
 * <p>Training standardises by the batch and moves running averages by a tenth; evaluation takes the
 * averages.
 */
@Extension
@Named("batch-norm")
public record BatchNorm() implements Network {
  @Override
  public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
    if (inputs.size() != 1 || !inputs.equals(outputs)) {
      throw new IllegalArgumentException(
          "'batch-norm' reads one array and gives one of the same shape, not %s from %s"
              .formatted(outputs, inputs));
    }
    int axes = inputs.get(0).dimension();
    if (axes != 1 && axes != 3) {
      throw new IllegalArgumentException(
          "'batch-norm' reads vectors [D] or images [C, H, W], not %s".formatted(inputs.get(0)));
    }
    return new NormBlock(inputs.get(0).get(0));
  }

  private static final class NormBlock extends AbstractBlock {
    private final BatchNormalization norm;

    NormBlock(long features) {
      norm = new BatchNormalization("norm", features, this::addParameter);
    }

    @Override
    protected NDList forwardInternal(
        ParameterStore store, NDList inputs, boolean training, PairList<String, Object> unused) {
      Reading reading = new Reading(store, inputs.head(), training);
      return new NDList(norm.apply(reading, inputs.head()));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
      return inputs.clone();
    }
  }
}
