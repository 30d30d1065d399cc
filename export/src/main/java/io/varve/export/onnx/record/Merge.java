package io.varve.export.onnx.record;

import io.varve.export.onnx.program.Argument;
import io.varve.export.onnx.program.Body;
import io.varve.export.onnx.program.Extent;
import io.varve.export.onnx.program.Origin;
import io.varve.export.onnx.program.Program;
import io.varve.export.onnx.program.RecordedStep;
import io.varve.export.onnx.program.Value;
import io.varve.export.onnx.program.ValueSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * Merges records of the same code at several batch sizes into one program: every integer that
 * differs becomes an expression of the batch, and anything else that differs is refused.
 */
final class Merge {
  private final long[] batches;
  private final List<Program> programs;
  private final Program first;

  private Merge(long[] batches, List<Program> programs) {
    this.batches = batches;
    this.programs = programs;
    this.first = programs.get(0);
  }

  /**
   * @param batches the batch sizes, at least three and all different
   * @param programs what was recorded at each
   */
  static Program of(long[] batches, List<Program> programs) {
    return new Merge(batches, programs).merge();
  }

  private Program merge() {
    for (int i = 1; i < programs.size(); i++) {
      new Replay(first, programs.get(i), batches[0], batches[i]).requireSamePath();
    }
    Map<Integer, String> makers = new HashMap<>();
    makers(first.steps(), makers);
    List<Value> values = new ArrayList<>();
    for (int i = 0; i < first.values().size(); i++) {
      int index = i;
      String maker = makers.getOrDefault(i, maker(first.value(i)));
      values.add(value(maker, programs.stream().map(p -> p.value(index)).toList()));
    }
    List<RecordedStep> steps = steps(each(programs, Program::steps));
    forgetChance(steps, values);
    return new Program(values, steps, first.outputs(), first.measured());
  }

  /**
   * What is computed from the batch is no constant, even if it was the same at all batch sizes
   * traced: the first row of three ones, of five and of eight.
   */
  private static void forgetChance(List<RecordedStep> steps, List<Value> values) {
    for (RecordedStep step : steps) {
      step.body().ifPresent(body -> forgetChance(body.steps(), values));
      boolean fixed =
          step.arguments().stream().allMatch(Argument::fixed)
              && step.reads().allMatch(i -> values.get(i).constant());
      for (int result : fixed ? List.<Integer>of() : step.results()) {
        Value value = values.get(result);
        values.set(
            result,
            new Value(new ValueSource.Computed(), value.type(), value.shape(), value.origin()));
      }
    }
  }

  private static String maker(Value value) {
    return value.source() instanceof ValueSource.Constant ? "NDManager.create" : "an array";
  }

  /** The operation that makes each value. */
  private static void makers(List<RecordedStep> steps, Map<Integer, String> makers) {
    for (RecordedStep step : steps) {
      step.results().forEach(result -> makers.put(result, step.operation()));
      step.body().ifPresent(body -> makers(body.steps(), makers));
    }
  }

  private List<RecordedStep> steps(List<List<RecordedStep>> versions) {
    List<RecordedStep> steps = new ArrayList<>();
    for (int i = 0; i < versions.get(0).size(); i++) {
      int index = i;
      steps.add(step(each(versions, version -> version.get(index))));
    }
    return steps;
  }

  private Value value(String maker, List<Value> versions) {
    Value one = versions.get(0);
    List<Extent> shape = new ArrayList<>();
    for (int axis = 0; axis < one.shape().size(); axis++) {
      int at = axis;
      List<Extent> sizes =
          versions.stream()
              .map(v -> at < v.shape().size() ? v.shape().get(at) : Extent.of(-1))
              .toList();
      shape.add(extent(one.origin(), maker, "axis " + axis + " of its result", sizes));
    }
    for (Value version : versions) {
      if (version.type() != one.type() || version.shape().size() != one.shape().size()) {
        throw differs(one, maker, "has a result of another type or rank at another batch size");
      }
    }
    return new Value(source(maker, versions), one.type(), shape, one.origin());
  }

  private static ValueSource source(String maker, List<Value> versions) {
    Value one = versions.get(0);
    if (versions.stream().allMatch(v -> sameSource(one.source(), v.source()))) {
      return one.source();
    }
    if (one.source() instanceof ValueSource.Known) {
      return new ValueSource.Computed();
    }
    throw differs(one, maker, "gives an array that differs between the runs of the code");
  }

  private static boolean sameSource(ValueSource one, ValueSource other) {
    if (one instanceof ValueSource.Weight weight) {
      return other instanceof ValueSource.Weight same && weight.name().equals(same.name());
    }
    return one.equals(other);
  }

  private static IllegalArgumentException differs(Value value, String maker, String problem) {
    return value
        .origin()
        .refuse(maker, problem, "if it depends on the batch or on chance, make it an input");
  }

  private RecordedStep step(List<RecordedStep> versions) {
    RecordedStep one = versions.get(0);
    List<Argument> merged = new ArrayList<>();
    for (int i = 0; i < one.arguments().size(); i++) {
      int index = i;
      Place place = new Place(one, "argument " + i);
      merged.add(argument(place, versions.stream().map(s -> s.arguments().get(index)).toList()));
    }
    Optional<Body> body =
        one.body().map(b -> b.with(steps(each(versions, s -> s.body().orElseThrow().steps()))));
    return new RecordedStep(one.operation(), merged, one.results(), one.origin(), body);
  }

  /** Where in a step an argument stands. */
  private record Place(RecordedStep step, String name) {}

  private Argument argument(Place place, List<Argument> versions) {
    Argument one = versions.get(0);
    if (one instanceof Argument.Whole && all(versions, Argument.Whole.class)) {
      return new Argument.Whole(
          extent(
              place.step().origin(),
              place.step().operation(),
              place.name(),
              each(versions, v -> ((Argument.Whole) v).extent())));
    }
    if (one instanceof Argument.Scalar scalar && all(versions, Argument.Scalar.class)) {
      return new Argument.Scalar(
          scalar.type(), argument(place, each(versions, v -> ((Argument.Scalar) v).number())));
    }
    if (one instanceof Argument.Many many
        && all(versions, Argument.Many.class)
        && versions.stream()
            .allMatch(v -> ((Argument.Many) v).items().size() == many.items().size())) {
      List<Argument> items = new ArrayList<>();
      for (int i = 0; i < many.items().size(); i++) {
        int index = i;
        items.add(argument(place, each(versions, v -> ((Argument.Many) v).items().get(index))));
      }
      return new Argument.Many(items);
    }
    if (!versions.stream().allMatch(v -> Objects.equals(v, one))) {
      throw place
          .step()
          .origin()
          .refuse(
              place.step().operation(),
              "has " + versions + " as " + place.name() + " at batches " + Arrays.toString(batches),
              "compute what depends on the batch with arrays, such as mean in place of sum and div");
    }
    return one;
  }

  private static boolean all(List<Argument> versions, Class<? extends Argument> kind) {
    return versions.stream().allMatch(kind::isInstance);
  }

  private static <S, T> List<T> each(List<S> versions, Function<S, T> part) {
    return versions.stream().map(part).toList();
  }

  private Extent extent(Origin origin, String operation, String place, List<Extent> versions) {
    long[] sizes = versions.stream().mapToLong(Extent::offset).toArray();
    return Extent.through(batches, sizes)
        .orElseThrow(
            () ->
                origin.refuse(
                    operation,
                    "has %s as %s at batches %s"
                        .formatted(Arrays.toString(sizes), place, Arrays.toString(batches)),
                    "a size may only be a multiple of the batch plus a constant"));
  }
}
