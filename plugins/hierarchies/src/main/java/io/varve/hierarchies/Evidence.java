package io.varve.hierarchies;

import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import io.varve.spi.Inline;
import io.varve.spi.Network;
import io.varve.spi.Node;
import io.varve.spi.Node.Feature;
import io.varve.spi.Site;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What every level's posterior reads of x, computed once for all levels: the network has an output
 * a level. With heads of their own ({@code mlp} with {@code heads: twin}) the encoders are
 * decoupled, and yet a few large operations.
 *
 * @param network reads x and gives every level its features
 * @param features how many of them a level has
 */
public record Evidence(@Inline Network network, int features) {
  private static final String ALL = "evidence";

  public Evidence {
    Templates.requirePositive("features", features);
  }

  /** The features of all levels side by side, and a cut of them for each. */
  List<Node> nodes(int levels) {
    if (levels == 1) {
      return List.of(new Feature(name(1), new Shape(features), List.of("x"), network));
    }
    Shape all = new Shape((long) levels * features);
    List<Node> nodes = new ArrayList<>();
    nodes.add(new Feature(ALL, all, List.of("x"), new SideBySide(network, levels, features)));
    for (int l = 1; l <= levels; l++) {
      Network cut = new Cut((l - 1) * features, l * features);
      nodes.add(new Feature(name(l), new Shape(features), List.of(ALL), cut));
    }
    return List.copyOf(nodes);
  }

  /** The features of one level. */
  static String name(int level) {
    return "e" + level;
  }

  /** A network of several outputs of one width as a network of one, [B, parts · width]. */
  record SideBySide(Network of, int parts, int width) implements Network {
    @Override
    public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
      List<Shape> each = Collections.nCopies(parts, new Shape(width));
      return new SequentialBlock()
          .add(of.build(site, inputs, each))
          .add(new LambdaBlock(outs -> new NDList(NDArrays.concat(outs, 1)), "side-by-side"));
    }
  }

  /** Columns {@code from}, inclusive, to {@code to}, exclusive, of one array [B, D]. */
  record Cut(int from, int to) implements Network {
    @Override
    public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
      String columns = ":, " + from + ":" + to;
      return new LambdaBlock(all -> new NDList(all.head().get(columns)), "cut");
    }
  }
}
