package io.varve.export.onnx.record;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDArrayIndexer;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.index.dim.NDIndexAll;
import ai.djl.ndarray.index.dim.NDIndexElement;
import ai.djl.ndarray.index.dim.NDIndexFixed;
import ai.djl.ndarray.index.dim.NDIndexNull;
import ai.djl.ndarray.index.dim.NDIndexSlice;
import ai.djl.ndarray.index.dim.NDIndexTake;
import ai.djl.ndarray.index.full.NDIndexFullPick;
import ai.djl.ndarray.index.full.NDIndexFullSlice;
import ai.djl.ndarray.index.full.NDIndexFullTake;
import io.varve.export.onnx.program.Argument;
import java.util.ArrayList;
import java.util.List;

/**
 * Records {@code get} with an index: one step for fixed positions, slices and new axes, then one
 * for an array of positions. That is the order in which the engine applies them.
 */
final class RecordingIndexer extends NDArrayIndexer {
  private static final Argument ABSENT = new Argument.Absent();

  private final Recorder recorder;

  RecordingIndexer(Recorder recorder) {
    this.recorder = recorder;
  }

  @Override
  public NDArray get(NDArray array, NDIndex index) {
    List<NDIndexElement> elements = expand(array, index);
    List<NDIndexTake> takes =
        elements.stream()
            .filter(NDIndexTake.class::isInstance)
            .map(NDIndexTake.class::cast)
            .toList();
    boolean onlyTakes =
        elements.stream().allMatch(e -> e instanceof NDIndexTake || e instanceof NDIndexAll);
    NDArray sliced = onlyTakes && !takes.isEmpty() ? array : slice(array, elements);
    List<Integer> axes = axesOfTakes(elements);
    return switch (takes.size()) {
      case 0 -> sliced;
      case 1 -> select(sliced, axes.get(0), takes.get(0).getIndex());
      default ->
          selectAll(sliced, axes, new NDList(takes.stream().map(NDIndexTake::getIndex).toList()));
    };
  }

  /** One element per axis of the array, besides new axes. */
  private static List<NDIndexElement> expand(NDArray array, NDIndex index) {
    long used = index.getIndices().stream().filter(e -> !(e instanceof NDIndexNull)).count();
    long missing = array.getShape().dimension() - used;
    int ellipsis =
        index.getEllipsisIndex() < 0 ? index.getIndices().size() : index.getEllipsisIndex();
    List<NDIndexElement> elements = new ArrayList<>(index.getIndices());
    for (long i = 0; i < missing; i++) {
      elements.add(ellipsis, new NDIndexAll());
    }
    return elements;
  }

  private NDArray slice(NDArray array, List<NDIndexElement> elements) {
    List<Argument> recorded = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (NDIndexElement element : elements) {
      recorded.add(argument(element));
      text.append(text.isEmpty() ? "" : ",").append(text(element));
    }
    RecordingArray recording = RecordingArray.of(array).orElseThrow();
    NDArray real = recording.real();
    NDArray result =
        (NDArray)
            recorder.record(
                "NDArray.get",
                List.of(new Argument.Ref(recorder.value(array)), new Argument.Many(recorded)),
                () -> elements.isEmpty() ? real.duplicate() : real.get(text.toString()));
    recording.share(result);
    return result;
  }

  private NDArray select(NDArray array, int axis, NDArray positions) {
    NDArray real = (NDArray) recorder.unwrap(array);
    return (NDArray)
        recorder.record(
            "NDArray.get(array)",
            List.of(
                new Argument.Ref(recorder.value(array)),
                new Argument.Whole(axis),
                new Argument.Ref(recorder.value(positions))),
            () ->
                real.get(
                    new NDIndex().addAllDim(axis).addIndices("{}", recorder.unwrap(positions))));
  }

  private NDArray selectAll(NDArray array, List<Integer> axes, NDList positions) {
    NDArray real = (NDArray) recorder.unwrap(array);
    NDIndex index = new NDIndex();
    for (int i = 0; i < axes.size(); i++) {
      index.addAllDim(axes.get(i) - index.getRank());
      index.addIndices("{}", recorder.unwrap(positions.get(i)));
    }
    List<Argument> refs =
        positions.stream().<Argument>map(p -> new Argument.Ref(recorder.value(p))).toList();
    return (NDArray)
        recorder.record(
            "NDArray.get(arrays)",
            List.of(
                new Argument.Ref(recorder.value(array)),
                Argument.wholes(axes.stream().mapToLong(Integer::longValue).toArray()),
                new Argument.Many(refs)),
            () -> real.get(index));
  }

  private static Argument argument(NDIndexElement element) {
    if (element instanceof NDIndexFixed fixed) {
      return many("fixed", new Argument.Whole(fixed.getIndex()));
    }
    if (element instanceof NDIndexSlice slice) {
      long step = slice.getStep() == null ? 1 : slice.getStep();
      return many("slice", whole(slice.getMin()), whole(slice.getMax()), new Argument.Whole(step));
    }
    if (element instanceof NDIndexNull) {
      return many("new");
    }
    if (element instanceof NDIndexAll || element instanceof NDIndexTake) {
      return many("all");
    }
    throw refuse(
        "get",
        "has a " + element.getClass().getSimpleName() + ", whose result has no fixed shape",
        "use NDArrays.where or gather");
  }

  private static Argument many(String kind, Argument... numbers) {
    List<Argument> items = new ArrayList<>(List.of(new Argument.Literal(kind)));
    items.addAll(List.of(numbers));
    return new Argument.Many(items);
  }

  private static Argument whole(Long value) {
    return value == null ? ABSENT : new Argument.Whole(value);
  }

  private static String text(NDIndexElement element) {
    if (element instanceof NDIndexFixed fixed) {
      return Long.toString(fixed.getIndex());
    }
    if (element instanceof NDIndexSlice slice) {
      String bounds = text(slice.getMin()) + ":" + text(slice.getMax());
      return slice.getStep() == null ? bounds : bounds + ":" + slice.getStep();
    }
    return element instanceof NDIndexNull ? "null" : ":";
  }

  private static String text(Long bound) {
    return bound == null ? "" : bound.toString();
  }

  private static List<Integer> axesOfTakes(List<NDIndexElement> elements) {
    List<Integer> axes = new ArrayList<>();
    int axis = 0;
    for (NDIndexElement element : elements) {
      if (element instanceof NDIndexTake) {
        axes.add(axis);
      }
      axis += element instanceof NDIndexFixed ? 0 : 1;
    }
    return axes;
  }

  @Override
  public NDArray get(NDArray array, NDIndexFullPick pick) {
    throw refuse("get", "picks by an index array", "use gather");
  }

  @Override
  public NDArray get(NDArray array, NDIndexFullTake take) {
    throw refuse("get", "takes by an index array", "use get(\"{}\", positions) or take");
  }

  @Override
  public NDArray get(NDArray array, NDIndexFullSlice slice) {
    throw refuse("get", "takes a resolved slice", "use get(NDIndex)");
  }

  @Override
  public void set(NDArray array, NDIndex index, Object value) {
    throw overwrites();
  }

  @Override
  public void set(NDArray array, NDIndexFullSlice slice, NDArray value) {
    throw overwrites();
  }

  @Override
  public void set(NDArray array, NDIndexFullSlice slice, Number value) {
    throw overwrites();
  }

  private static IllegalArgumentException overwrites() {
    return refuse(
        "set", "overwrites part of an array", "build a new one with NDArrays.where or concat");
  }

  private static IllegalArgumentException refuse(String name, String problem, String instead) {
    return AuthorCode.here().refuse("NDArray." + name, problem, instead);
  }
}
