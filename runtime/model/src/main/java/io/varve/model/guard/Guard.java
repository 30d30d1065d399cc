package io.varve.model.guard;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import io.varve.model.faults.Faults;
import io.varve.model.weights.FirstPass;
import io.varve.spi.Pass;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The way into a component's code at one place of a model: whatever it throws or returns against
 * its contract becomes one line that names the place, the component, its JAR, and what was found
 * beside what was promised.
 *
 * <p>Shapes and types are looked at whenever the code runs, which costs nothing to speak of; in the
 * {@code FirstPass} also whether it left its arguments as they were.
 *
 * @param path the place, as {@code x.p.flow[0]}
 * @param component whose code runs there
 */
public record Guard(String path, Object component) {
  /**
   * What a component answers when a model is built. A refusal, an {@link IllegalArgumentException},
   * comes with the place alone: it is the component's right.
   */
  public <T> T built(String method, Supplier<T> code) {
    try {
      return answer(method, code.get());
    } catch (IllegalArgumentException e) {
      throw e instanceof Fault ? e : new IllegalArgumentException(path + ": " + Faults.line(e), e);
    } catch (OutOfMemoryError e) {
      throw e;
    } catch (Throwable e) { // an author's code may throw anything
      throw fault(method + " threw " + Faults.thrown(e), e);
    }
  }

  /**
   * What a component computes from arrays.
   *
   * @param parameters those of the pass, which tell a trial from other runs
   * @param inputs arrays the code must not change
   */
  public <T> T run(String method, ParameterStore parameters, NDList inputs, Supplier<T> code) {
    NDList before = parameters instanceof FirstPass ? copies(inputs) : new NDList();
    T result;
    try {
      result = answer(method, code.get());
    } catch (Fault | OutOfMemoryError e) {
      throw e;
    } catch (Throwable e) { // an author's code may throw anything
      throw fault(method + " threw " + Faults.thrown(e), e);
    }
    for (int i = 0; i < before.size(); i++) {
      if (!Arrays.equals(before.get(i).toByteArray(), inputs.get(i).toByteArray())) {
        throw fault(
            "%s changed its argument %s in place".formatted(method, described(inputs.get(i))),
            null);
      }
    }
    before.close();
    return result;
  }

  private static NDList copies(NDList arrays) {
    return arrays.stream().map(NDArray::duplicate).collect(Collectors.toCollection(NDList::new));
  }

  private <T> T answer(String method, T result) {
    if (result == null) {
      throw fault(method + " returned null", null);
    }
    return result;
  }

  /**
   * Runs a network, and checks that it returns what it was built for.
   *
   * @param wanted shapes after the batch axis
   */
  public NDList network(Pass pass, Block network, NDList inputs, List<Shape> wanted) {
    NDList outputs;
    try {
      outputs = run("the network", pass.parameters(), inputs, () -> pass.run(network, inputs));
    } catch (Fault e) {
      if (e.getCause() instanceof IllegalArgumentException
          || e.getCause() instanceof EngineException) {
        throw fault(
            "cannot run on inputs %s: %s".formatted(shapes(inputs), Faults.line(e.getCause())),
            e.getCause());
      }
      throw e;
    }
    boolean fits = outputs.size() == wanted.size();
    for (int i = 0; fits && i < wanted.size(); i++) {
      fits = outputs.get(i) != null && isBatch(outputs.get(i).getShape(), wanted.get(i));
    }
    if (!fits) {
      throw fault(
          "returned %s where %s are needed after the batch axis".formatted(shapes(outputs), wanted),
          null);
    }
    Optional<DataType> type = type(inputs);
    outputs.forEach(output -> batch("the network", output, type, output.getShape().slice(1)));
    return outputs;
  }

  private static String shapes(NDList arrays) {
    return arrays.stream()
        .map(array -> array == null ? "null" : array.getShape().toString())
        .toList()
        .toString();
  }

  /** The data type of arrays that are of one; none of no array. */
  public static Optional<DataType> type(NDList arrays) {
    return arrays.stream().findFirst().map(NDArray::getDataType);
  }

  /**
   * Checks a batch of events.
   *
   * @param type what it must be of, where that is known
   * @param rows how many it may have; any number if none is given
   */
  public NDArray batch(
      String method, NDArray found, Optional<DataType> type, Shape event, long... rows) {
    Shape shape = answer(method, found).getShape();
    boolean fits =
        isBatch(shape, event)
            && (rows.length == 0 || Arrays.stream(rows).anyMatch(n -> n == shape.get(0)))
            && type.map(t -> t == found.getDataType()).orElse(true);
    if (!fits) {
      String count =
          rows.length == 0
              ? "B"
              : Arrays.stream(rows)
                  .distinct()
                  .mapToObj(Long::toString)
                  .collect(Collectors.joining(" or "));
      String axes =
          Arrays.stream(event.getShape()).mapToObj(n -> ", " + n).collect(Collectors.joining());
      throw fault(
          "%s returned %s where %s(%s%s) is due"
              .formatted(
                  method, described(found), type.map(t -> name(t) + " ").orElse(""), count, axes),
          null);
    }
    return found;
  }

  private static boolean isBatch(Shape shape, Shape event) {
    return shape.dimension() > 0 && shape.slice(1).equals(event);
  }

  private static String described(NDArray array) {
    return name(array.getDataType()) + " " + array.getShape();
  }

  private static String name(DataType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  /** A breach of the contract. */
  public Fault fault(String what, Throwable cause) {
    return new Fault(path + ": " + Faults.in(component.getClass(), what), cause);
  }

  /** A fault that already has its line, so that who passes it on adds nothing. */
  public static final class Fault extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    public Fault(String line, Throwable cause) {
      super(line, cause);
    }
  }
}
