package io.varve.export.onnx.program;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;

/** An argument of a recorded call. */
public sealed interface Argument {
  /** An array: the index of a value of the program. */
  record Ref(int value) implements Argument {}

  /** An integer. */
  record Whole(Extent extent) implements Argument {
    public Whole(long value) {
      this(Extent.of(value));
    }

    @Override
    public String toString() {
      return extent.toString();
    }
  }

  /** A flag, a fraction, a text or a data type. */
  record Literal(Object value) implements Argument {
    @Override
    public String toString() {
      return value.toString();
    }
  }

  /** A number that stands for an array without axes; its Java class decides the type. */
  record Scalar(DataType type, Argument number) implements Argument {
    @Override
    public String toString() {
      return number.toString();
    }
  }

  /** Several arguments. */
  record Many(List<Argument> items) implements Argument {
    public Many {
      items = List.copyOf(items);
    }

    @Override
    public String toString() {
      return items.toString();
    }
  }

  /** An argument that was null, or that does not matter, such as a device. */
  record Absent() implements Argument {}

  /** An integer, or another where it is absent. */
  default Extent sizeOr(long other) {
    return this instanceof Whole whole ? whole.extent() : Extent.of(other);
  }

  /** Whether no size in it grows with the batch. */
  default boolean fixed() {
    if (this instanceof Many many) {
      return many.items().stream().allMatch(Argument::fixed);
    }
    if (this instanceof Scalar scalar) {
      return scalar.number().fixed();
    }
    return !(this instanceof Whole whole) || whole.extent().fixed();
  }

  /** What it is at a batch size. */
  default Argument at(long batch) {
    if (this instanceof Whole whole) {
      return new Whole(whole.extent().at(batch));
    }
    if (this instanceof Scalar scalar) {
      return new Scalar(scalar.type(), scalar.number().at(batch));
    }
    return this instanceof Many many
        ? new Many(many.items().stream().map(item -> item.at(batch)).toList())
        : this;
  }

  /** A list of integers. */
  static Many wholes(long... values) {
    return new Many(Arrays.stream(values).<Argument>mapToObj(Whole::new).toList());
  }

  /** The sizes of a shape. */
  static Many sizes(Shape shape) {
    return wholes(shape.getShape());
  }
}
