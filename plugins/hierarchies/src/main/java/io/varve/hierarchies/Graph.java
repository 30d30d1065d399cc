package io.varve.hierarchies;

import io.varve.spi.Hierarchy;
import io.varve.spi.Named;
import io.varve.spi.Node;
import io.varve.spi.Space;
import java.util.List;
import org.pf4j.Extension;

/**
 * The nodes of a model as they are written, in generative order: what a variable's p reads stands
 * before it, and the data stand last. A q may read any other variable.
 *
 * @param nodes at least the data
 */
@Extension
@Named(
    value = "graph",
    examples = {
      """
      nodes:
        - latent: z
          shape: [2]
          p: {type: standard-normal}
          q: {type: normal, given: [x], network: {type: mlp, hidden: [8]}}
        - observed: x
          p: {type: bernoulli, given: [z], network: {type: mlp, hidden: [8]}}
      """
    })
public record Graph(List<Node> nodes) implements Hierarchy {
  public Graph {
    nodes = List.copyOf(nodes);
    new NodeOrder(nodes).check();
  }

  @Override
  public List<Node> nodes(Space x) {
    return nodes;
  }
}
