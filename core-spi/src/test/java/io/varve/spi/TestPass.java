package io.varve.spi;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.DoubleStream;

/** A pass to test components with: its noise comes from Java's generator, not the engine's. */
public final class TestPass {
  private static final double STEP = 1e-5;

  private TestPass() {}

  /** An evaluation pass whose noise is fixed by the seed. */
  public static Pass of(NDManager manager, int batch, DataType type, long seed) {
    Random random = new Random(seed);
    return with(
        manager,
        new Noise() {
          @Override
          public NDArray normal(Shape event) {
            return filled(event, random::nextGaussian);
          }

          @Override
          public NDArray uniform(Shape event) {
            return filled(event, () -> (1 + random.nextInt(1 << 22)) / (double) ((1 << 22) + 1));
          }

          private NDArray filled(Shape event, DoubleSupplier next) {
            Shape shape = new Shape(batch).addAll(event);
            double[] values = DoubleStream.generate(next).limit(shape.size()).toArray();
            return manager.create(values, shape).toType(type, false);
          }
        });
  }

  /** An evaluation pass with this noise. */
  public static Pass with(NDManager manager, Noise noise) {
    return new Pass(manager, new ParameterStore(manager, false), false, noise);
  }

  /** A pass whose uniform numbers are these, whatever the event; it has no normal ones. */
  public static Pass uniform(NDManager manager, NDArray numbers) {
    return with(
        manager,
        new Noise() {
          @Override
          public NDArray normal(Shape event) {
            throw new IllegalStateException("this pass has uniform numbers only");
          }

          @Override
          public NDArray uniform(Shape event) {
            return numbers.reshape(new Shape(-1).addAll(event));
          }
        });
  }

  /** Standard normal float64 values, shape as given, fixed by the seed. */
  public static NDArray values(NDManager manager, long seed, long... shape) {
    Random random = new Random(seed);
    Shape full = new Shape(shape);
    return manager.create(
        DoubleStream.generate(random::nextGaussian).limit(full.size()).toArray(), full);
  }

  /** Any float array as doubles. */
  public static double[] doubles(NDArray x) {
    return x.toType(DataType.FLOAT64, false).toDoubleArray();
  }

  /** d sum(f(x)) / dx by the engine. */
  public static double[] gradient(UnaryOperator<NDArray> f, NDArray x) {
    NDArray leaf = x.duplicate();
    leaf.setRequiresGradient(true);
    try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      collector.backward(f.apply(leaf).sum());
    }
    return doubles(leaf.getGradient());
  }

  /** d sum(f(x)) / dx by central differences; x is float64. */
  public static double[] differences(UnaryOperator<NDArray> f, NDArray x) {
    double[] at = x.toDoubleArray();
    double[] slope = new double[at.length];
    for (int i = 0; i < at.length; i++) {
      slope[i] = (shifted(f, x, i, STEP) - shifted(f, x, i, -STEP)) / (2 * STEP);
    }
    return slope;
  }

  private static double shifted(UnaryOperator<NDArray> f, NDArray x, int index, double step) {
    double[] at = x.toDoubleArray();
    at[index] += step;
    return f.apply(x.getManager().create(at, x.getShape())).sum().getDouble();
  }

  /** The first rows of every array. */
  public static NDList rows(NDList arrays, int first, int last) {
    NDList rows = new NDList();
    arrays.forEach(a -> rows.add(a.get(first + ":" + last)));
    return rows;
  }
}
