package io.varve.model;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import io.varve.spi.Named;
import io.varve.spi.Network;
import io.varve.spi.Site;
import java.util.List;

/** DJL's own blocks: batch norm, a linear layer, a split into the outputs. */
@Named("normed")
public record Normed() implements Network {
  @Override
  public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
    long width = outputs.get(0).size();
    return new SequentialBlock()
        .add(BatchNorm.builder().build())
        .add(Linear.builder().setUnits(width * outputs.size()).build())
        .add(new LambdaBlock(y -> y.head().split(outputs.size(), 1)));
  }
}
