package io.varve.networks;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.varve.spi.Network;
import io.varve.spi.Site;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A block made of the blocks of other networks. */
abstract class Assembly extends AbstractBlock {
  private final Site site;
  private final List<Shape> outputs;
  private final Map<Block, List<Shape>> parts = new LinkedHashMap<>();

  /** One of no parts yet that gives these outputs. */
  Assembly(Site site, List<Shape> outputs) {
    this.site = site;
    this.outputs = List.copyOf(outputs);
  }

  /** Runs blocks with the parameters of one forward pass. */
  record Parts(ParameterStore store, boolean training) {
    NDList run(Block block, NDList inputs) {
      return block.forward(store, inputs, training);
    }
  }

  /** Builds a part, whose parameters are this block's under a name of its own. */
  final Block part(String name, Network network, List<Shape> inputs, List<Shape> outputs) {
    Site at = new Site(site.path() + "." + name, 31 * site.seed() + name.hashCode());
    Block block = addChildBlock(name, network.build(at, inputs, outputs));
    parts.put(block, List.copyOf(inputs));
    return block;
  }

  /** The outputs from the inputs. */
  abstract NDList of(Parts parts, NDList inputs);

  @Override
  protected final NDList forwardInternal(
      ParameterStore store, NDList inputs, boolean training, PairList<String, Object> unused) {
    return of(new Parts(store, training), inputs);
  }

  @Override
  protected final void initializeChildBlocks(
      NDManager manager, DataType type, Shape... inputShapes) {
    Shape batch = inputShapes[0].slice(0, 1);
    parts.forEach(
        (block, inputs) -> {
          List<Shape> shapes = new ArrayList<>();
          inputs.forEach(shape -> shapes.add(batch.addAll(shape)));
          block.initialize(manager, type, shapes.toArray(Shape[]::new));
        });
  }

  @Override
  public final Shape[] getOutputShapes(Shape[] inputs) {
    Shape batch = inputs[0].slice(0, 1);
    return outputs.stream().map(batch::addAll).toArray(Shape[]::new);
  }
}
