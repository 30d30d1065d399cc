package io.varve.model.guard;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import io.varve.model.faults.Faults;
import io.varve.spi.Network;
import io.varve.spi.Pass;
import io.varve.spi.Site;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** A network at one place of a model, which must return the arrays that it was built for. */
public final class GuardedNetwork {
  private final Guard guard;
  private final Block block;
  private final List<Shape> outputs;

  /**
   * Builds a network.
   *
   * @param inputs the shapes of the arrays it reads, after the batch axis
   * @param outputs the shapes of the arrays it returns, after the batch axis
   * @throws IllegalArgumentException if the network refuses them or is at fault
   */
  public GuardedNetwork(Network network, Site site, List<Shape> inputs, List<Shape> outputs) {
    this.guard = new Guard(site.path(), network);
    this.block = guard.built("build", () -> network.build(site, inputs, outputs));
    this.outputs = outputs;
  }

  /** Names its parameters, {@code z.q.network.01Linear_weight}. */
  public void parameters(BiConsumer<String, Parameter> each) {
    block
        .getParameters()
        .forEach(entry -> each.accept(guard.path() + "." + entry.getKey(), entry.getValue()));
  }

  /**
   * Runs the network.
   *
   * @param inputs each [B, shape]
   * @return the outputs, each [B, shape]
   */
  public NDList run(Pass pass, NDList inputs) {
    NDList found = computed(pass, inputs);
    boolean fits = found.size() == outputs.size();
    for (int i = 0; fits && i < outputs.size(); i++) {
      fits = found.get(i) != null && Guard.isBatch(found.get(i).getShape(), outputs.get(i));
    }
    if (!fits) {
      throw guard.fault(
          "returned %s where %s are needed after the batch axis".formatted(shapes(found), outputs),
          null);
    }
    Optional<DataType> type = Guard.type(inputs);
    for (NDArray output : found) {
      guard.batch("the network", output, type, output.getShape().slice(1));
    }
    return found;
  }

  private NDList computed(Pass pass, NDList inputs) {
    try {
      return guard.run("the network", pass.parameters(), inputs, () -> pass.run(block, inputs));
    } catch (Fault e) {
      if (e.getCause() instanceof IllegalArgumentException
          || e.getCause() instanceof EngineException) {
        throw guard.fault(
            "cannot run on inputs %s: %s".formatted(shapes(inputs), Faults.line(e.getCause())),
            e.getCause());
      }
      throw e;
    }
  }

  private static List<String> shapes(NDList arrays) {
    return arrays.stream()
        .map(array -> array == null ? "null" : array.getShape().toString())
        .toList();
  }
}
