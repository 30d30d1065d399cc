package io.varve.model.guard;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.varve.model.faults.Faults;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The way into a component's code at one place of a model: whatever it throws or returns against
 * its contract becomes one line that names the place, the component, its JAR, and what was found
 * beside what was promised.
 *
 * <p>Shapes and types are checked whenever the code runs, which costs next to nothing. In a model's
 * first pass ({@link FirstParameters}) it is also checked that the code left its arguments
 * unchanged.
 *
 * @param path the place, as {@code x.p.flow[0]}
 * @param component whose code runs there
 */
record Guard(String path, Object component) {
  /**
   * What a component answers when a model is built. A refusal, an {@link IllegalArgumentException},
   * comes with the place alone: it is the component's right.
   */
  <T> T built(String method, Supplier<T> code) {
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
   * @param parameters those of the pass, which tell a first pass from others
   * @param inputs arrays the code must not change
   */
  <T> T run(String method, ParameterStore parameters, NDList inputs, Supplier<T> code) {
    NDList before = parameters instanceof FirstParameters ? copies(inputs) : new NDList();
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

  /** The data type of arrays that are of one; none of no array. */
  static Optional<DataType> type(NDList arrays) {
    return arrays.stream().findFirst().map(NDArray::getDataType);
  }

  /** B of arrays of B rows or of one. */
  static long rows(NDList arrays) {
    return arrays.stream().mapToLong(array -> array.getShape().get(0)).max().orElseThrow();
  }

  /**
   * Checks a batch of events.
   *
   * @param type what it must be of, where that is known
   * @param rows how many it may have; any number if none is given
   */
  NDArray batch(String method, NDArray found, Optional<DataType> type, Shape event, long... rows) {
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

  /** Whether a shape is that of a batch of events. */
  static boolean isBatch(Shape shape, Shape event) {
    return shape.dimension() > 0 && shape.slice(1).equals(event);
  }

  private static String described(NDArray array) {
    return name(array.getDataType()) + " " + array.getShape();
  }

  private static String name(DataType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  /** A breach of the contract. */
  Fault fault(String what, Throwable cause) {
    return new Fault(path + ": " + Faults.in(component.getClass(), what), cause);
  }
}
