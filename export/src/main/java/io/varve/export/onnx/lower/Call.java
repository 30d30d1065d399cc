package io.varve.export.onnx.lower;

import ai.djl.ndarray.types.DataType;
import io.varve.export.onnx.graph.Types;
import io.varve.export.onnx.program.Argument;
import io.varve.export.onnx.program.Extent;
import io.varve.export.onnx.program.Program;
import io.varve.export.onnx.program.RecordedStep;
import io.varve.export.onnx.program.Value;
import java.util.List;
import java.util.Map;

/** One step being lowered: its arguments as ONNX names, sizes and numbers, and its results. */
final class Call {
  private final Program program;
  private final RecordedStep step;
  private final Emitter emitter;
  private final String[] names;

  /**
   * @param names the ONNX names of the values of the program, as far as they are lowered
   */
  Call(Program program, RecordedStep step, Emitter emitter, String[] names) {
    this.program = program;
    this.step = step;
    this.emitter = emitter;
    this.names = names;
  }

  Emitter emit() {
    return emitter;
  }

  int count() {
    return step.arguments().size();
  }

  boolean has(int i) {
    return i < count() && !(step.arguments().get(i) instanceof Argument.Absent);
  }

  boolean listed(int i) {
    return step.arguments().get(i) instanceof Argument.Many;
  }

  boolean integral(int i) {
    return step.arguments().get(i) instanceof Argument.Whole;
  }

  private <T extends Argument> T argument(int i, Class<T> kind) {
    return as(step.arguments().get(i), kind);
  }

  private <T extends Argument> T as(Argument argument, Class<T> kind) {
    if (!kind.isInstance(argument)) {
      throw new IllegalStateException(step + ": " + argument + " is no " + kind.getSimpleName());
    }
    return kind.cast(argument);
  }

  private Value value(int i) {
    return program.value(argument(i, Argument.Ref.class).value());
  }

  /** The type of an array argument. */
  DataType type(int i) {
    return value(i).type();
  }

  List<Extent> shape(int i) {
    return value(i).shape();
  }

  int rank(int i) {
    return shape(i).size();
  }

  /** An array argument. */
  String in(int i) {
    return names[argument(i, Argument.Ref.class).value()];
  }

  /** An array argument or a number, as a type. */
  String in(int i, DataType type) {
    return step.arguments().get(i) instanceof Argument.Scalar scalar
        ? number(scalar.number(), type)
        : emitter.cast(in(i), type(i), type);
  }

  /**
   * An array argument or a number as a type, then in the type that ONNX Runtime computes it in. By
   * way of its own type it wraps around as in the engine.
   */
  String arithmetic(int i, DataType type) {
    return emitter.cast(in(i, type), type, Types.arithmetic(type));
  }

  private String number(Argument number, DataType type) {
    return number instanceof Argument.Whole whole
        ? emitter.number(whole.extent(), type)
        : emitter.scalar((Number) as(number, Argument.Literal.class).value(), type);
  }

  /** The arrays of a list argument, as a type. */
  List<String> list(int i, DataType type) {
    return argument(i, Argument.Many.class).items().stream()
        .map(item -> as(item, Argument.Ref.class).value())
        .map(id -> emitter.cast(names[id], program.value(id).type(), type))
        .toList();
  }

  /** The shapes of the arrays of a list argument. */
  List<List<Extent>> shapes(int i) {
    return argument(i, Argument.Many.class).items().stream()
        .map(item -> program.value(as(item, Argument.Ref.class).value()).shape())
        .toList();
  }

  /** What type promotion sees of an array or number. */
  Types.Operand operand(int i) {
    return step.arguments().get(i) instanceof Argument.Scalar scalar
        ? new Types.Operand(scalar.type(), true)
        : new Types.Operand(type(i), rank(i) == 0);
  }

  /** Whether an argument is a number that does not depend on the batch. */
  boolean constant(int i) {
    return step.arguments().get(i) instanceof Argument.Scalar scalar
        && !(scalar.number() instanceof Argument.Whole whole && !whole.extent().fixed());
  }

  /** A number that may depend on the batch only if it is whole. */
  Number number(int i) {
    Argument argument = step.arguments().get(i);
    Argument number = argument instanceof Argument.Scalar scalar ? scalar.number() : argument;
    return number instanceof Argument.Literal literal
        ? (Number) literal.value()
        : (Number) fixed(as(number, Argument.Whole.class).extent());
  }

  Extent extent(int i) {
    return argument(i, Argument.Whole.class).extent();
  }

  /** An integer that must not depend on the batch. */
  long whole(int i) {
    return fixed(extent(i));
  }

  List<Extent> extents(int i) {
    return argument(i, Argument.Many.class).items().stream()
        .map(item -> as(item, Argument.Whole.class).extent())
        .toList();
  }

  long[] wholes(int i) {
    return extents(i).stream().mapToLong(this::fixed).toArray();
  }

  private long fixed(Extent extent) {
    if (!extent.fixed()) {
      throw refuse("takes " + extent + ", in which B is the batch", "give it a fixed number");
    }
    return extent.offset();
  }

  /** An axis of argument 0, counted from the front. */
  int axis(int i) {
    return axis(whole(i), rank(0));
  }

  int axis(long axis, int rank) {
    return (int) (axis < 0 ? axis + rank : axis);
  }

  /** Axes of argument 0, counted from the front. */
  long[] axes(int i) {
    long[] axes = wholes(i);
    for (int k = 0; k < axes.length; k++) {
      axes[k] = axis(axes[k], rank(0));
    }
    return axes;
  }

  String text(int i) {
    return (String) argument(i, Argument.Literal.class).value();
  }

  boolean flag(int i) {
    return (Boolean) argument(i, Argument.Literal.class).value();
  }

  /** The items of a list of lists, as an index is recorded. */
  List<List<Argument>> groups(int i) {
    return argument(i, Argument.Many.class).items().stream()
        .map(item -> as(item, Argument.Many.class).items())
        .toList();
  }

  /** The type of the first result. */
  DataType type() {
    return result(0).type();
  }

  /** The shape of the first result. */
  List<Extent> shape() {
    return result(0).shape();
  }

  Value result(int i) {
    return program.value(step.results().get(i));
  }

  int results() {
    return step.results().size();
  }

  String node(String type, String... inputs) {
    return emitter.node(type, Map.of(), inputs);
  }

  String node(String type, Map<String, ?> attributes, String... inputs) {
    return emitter.node(type, attributes, inputs);
  }

  String scalar(Number number, DataType type) {
    return emitter.scalar(number, type);
  }

  /** Reshapes to a shape in which several sizes may depend on the batch. */
  String reshape(String input, List<Extent> shape) {
    boolean inferred = shape.stream().filter(e -> !e.fixed()).count() == 1;
    long[] sizes = shape.stream().mapToLong(e -> e.fixed() ? e.offset() : -1).toArray();
    return node("Reshape", input, inferred ? emitter.ints(sizes) : emitter.shape(shape));
  }

  /** Refuses all but FLOAT32. */
  void floatOnly(DataType type) {
    if (type != DataType.FLOAT32) {
      throw refuse("has no kernel in ONNX Runtime for " + type, "convert with toType(FLOAT32)");
    }
  }

  /** An error at the line where the author wrote this call. */
  IllegalArgumentException refuse(String problem, String instead) {
    return step.origin().refuse(step.operation(), problem, instead);
  }
}
