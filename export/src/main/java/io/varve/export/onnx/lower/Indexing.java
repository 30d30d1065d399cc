package io.varve.export.onnx.lower;

import static io.varve.export.onnx.lower.Operators.one;

import ai.djl.ndarray.types.DataType;
import io.varve.export.onnx.program.Argument;
import io.varve.export.onnx.program.Extent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** Slices, and elements by position. */
final class Indexing {
  static final List<Operator> OPERATORS =
      List.of(
          one("NDArray.get", "Slice, Gather, Unsqueeze", Indexing::get)
              .refusing(
                  "masks: use NDArrays.where; picks: use gather; more of the batch than 1: all of it"),
          one("NDArray.get(array)", "Gather", Indexing::select),
          one("NDArray.get(arrays)", "Expand, Concat, Transpose, GatherND", Indexing::selectAll),
          one("NDArray.put", "Reshape, ScatterElements", Indexing::put)
              .refusing("the same position twice: PyTorch does not say which value stays"),
          one("NDArray.take", "Reshape, Gather", Indexing::take),
          one("NDArray.gather", "GatherElements", Indexing::gather),
          one("NDArray.gatherNd", "Transpose, GatherND", Indexing::gatherNd),
          one("NDArray.scatter", "ScatterElements", Indexing::scatter)
              .refusing("the same position twice: PyTorch does not say which value stays"),
          one("NDArray.oneHot", "Equal, Cast", Indexing::oneHot));

  private Indexing() {}

  /** Bounds of slices, per axis that is sliced. */
  private record Slices(List<Extent> starts, List<Extent> ends, List<Long> axes, List<Long> steps) {
    void add(long axis, List<Argument> slice) {
      starts.add(slice.get(1).sizeOr(0));
      ends.add(slice.get(2).sizeOr(Long.MAX_VALUE));
      axes.add(axis);
      steps.add(((Argument.Whole) slice.get(3)).extent().offset());
    }

    String write(Call c, String input) {
      if (axes.isEmpty()) {
        return input;
      }
      Emitter emit = c.emit();
      return c.node(
          "Slice",
          input,
          emit.shape(starts),
          emit.shape(ends),
          emit.ints(array(axes)),
          emit.ints(array(steps)));
    }

    private static long[] array(List<Long> values) {
      return values.stream().mapToLong(Long::longValue).toArray();
    }
  }

  private static String get(Call c) {
    Slices slices =
        new Slices(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    List<Long> added = new ArrayList<>();
    List<Long> fixedAxes = new ArrayList<>();
    List<Extent> fixedAt = new ArrayList<>();
    long axis = 0;
    long resultAxis = 0;
    for (List<Argument> element : c.groups(1)) {
      switch ((String) ((Argument.Literal) element.get(0)).value()) {
        case "new" -> added.add(resultAxis++);
        case "fixed" -> {
          fixedAxes.add(axis++);
          fixedAt.add(((Argument.Whole) element.get(1)).extent());
        }
        case "slice" -> {
          slices.add(axis++, element);
          resultAxis++;
        }
        default -> {
          axis++;
          resultAxis++;
        }
      }
    }
    String x = slices.write(c, c.in(0));
    // From the back, so that the axes in front keep their numbers.
    for (int i = fixedAxes.size() - 1; i >= 0; i--) {
      String position = c.emit().number(fixedAt.get(i), DataType.INT64);
      x = c.node("Gather", Map.of("axis", fixedAxes.get(i)), x, position);
    }
    return added.isEmpty() ? x : c.node("Unsqueeze", x, c.emit().ints(Slices.array(added)));
  }

  /** Recorded as (array, axis, positions). */
  private static String select(Call c) {
    return c.node("Gather", Map.of("axis", c.whole(1)), c.in(0), c.in(2, DataType.INT64));
  }

  /**
   * Recorded as (array, axes, positions). The positions are broadcast to one shape, which takes the
   * place of the axes where these are neighbours, and else comes first.
   */
  private static String selectAll(Call c) {
    long[] axes = c.wholes(1);
    int rank = c.rank(0);
    int shared = c.shape().size() - (rank - axes.length);
    boolean neighbours = axes[axes.length - 1] - axes[0] == axes.length - 1;
    int front = neighbours ? (int) axes[0] : 0;
    List<Extent> shape = c.shape().subList(front, front + shared);
    String[] positions =
        c.list(2, DataType.INT64).stream()
            .map(p -> c.node("Expand", p, c.emit().shape(shape)))
            .map(p -> c.node("Unsqueeze", p, c.emit().ints(shared)))
            .toArray(String[]::new);
    LongStream others =
        LongStream.range(0, rank).filter(axis -> LongStream.of(axes).noneMatch(a -> a == axis));
    long[] order = LongStream.concat(LongStream.of(axes), others).toArray();
    String found =
        c.node(
            "GatherND",
            Reshaping.transpose(c, c.in(0), order),
            c.node("Concat", Map.of("axis", (long) shared), positions));
    // What was in front of the axes comes after the positions now.
    long[] back =
        LongStream.range(0, c.shape().size())
            .map(i -> i < front ? shared + i : i < front + shared ? i - front : i)
            .toArray();
    return Reshaping.transpose(c, found, back);
  }

  /** Positions count the elements of the flattened array. */
  private static String put(Call c) {
    Emitter emit = c.emit();
    String flat = c.node("Reshape", c.in(0), emit.ints(-1));
    String positions = c.node("Reshape", c.in(1, DataType.INT64), emit.ints(-1));
    String values = c.node("Reshape", c.in(2, c.type()), emit.ints(-1));
    String put = c.node("ScatterElements", Map.of("axis", 0L), flat, positions, values);
    return c.reshape(put, c.shape());
  }

  private static String take(Call c) {
    String flat = c.node("Reshape", c.in(0), c.emit().ints(-1));
    return c.node("Gather", Map.of("axis", 0L), flat, c.in(2, DataType.INT64));
  }

  private static String gather(Call c) {
    return c.node(
        "GatherElements", Map.of("axis", (long) c.axis(2)), c.in(0), c.in(1, DataType.INT64));
  }

  /** DJL keeps the coordinates of a position in axis 0, ONNX in the last. */
  private static String gatherNd(Call c) {
    int rank = c.rank(1);
    long[] order = LongStream.range(1, rank + 1).map(i -> i % rank).toArray();
    String positions = Reshaping.transpose(c, c.in(1, DataType.INT64), order);
    return c.node("GatherND", c.in(0), positions);
  }

  private static String scatter(Call c) {
    return c.node(
        "ScatterElements",
        Map.of("axis", (long) c.axis(3)),
        c.in(0),
        c.in(1, DataType.INT64),
        c.in(2, c.type()));
  }

  private static String oneHot(Call c) {
    long[] classes = LongStream.range(0, c.whole(1)).toArray();
    String positions = c.node("Unsqueeze", c.in(0, DataType.INT64), c.emit().ints(c.rank(0)));
    String hot = c.node("Equal", positions, c.emit().ints(classes));
    return c.emit().cast(hot, DataType.BOOLEAN, c.type());
  }
}
