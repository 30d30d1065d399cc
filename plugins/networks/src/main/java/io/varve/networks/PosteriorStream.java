package io.varve.networks;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.varve.spi.Network;
import java.util.List;
import java.util.Optional;

/**
 * One of the streams that meet in a posterior: what a network makes of some inputs, or these inputs
 * as they are.
 *
 * @param block reads the inputs, where there is a network
 * @param shapes what the stream gives
 */
record PosteriorStream(Optional<Block> block, List<Shape> shapes) {
  /**
   * A stream.
   *
   * @param owner the block it is a part of
   * @param network gives one vector of so many features
   */
  static PosteriorStream of(
      Assembly owner, String name, Optional<Network> network, long features, List<Shape> inputs) {
    if (network.isEmpty() || inputs.isEmpty()) {
      return new PosteriorStream(Optional.empty(), inputs);
    }
    List<Shape> outputs = List.of(new Shape(features));
    return new PosteriorStream(
        network.map(given -> owner.part(name, given, inputs, outputs)), outputs);
  }

  /** Refuses a feature vector without numbers. */
  static void requireFeatures(String key, int features) {
    if (features < 1) {
      throw new IllegalArgumentException(
          "%s: expected at least 1, got %d".formatted(key, features));
    }
  }

  /** What it gives for its inputs. */
  NDList of(Assembly.Parts parts, NDList inputs) {
    return block.map(built -> parts.run(built, inputs)).orElse(inputs);
  }
}
