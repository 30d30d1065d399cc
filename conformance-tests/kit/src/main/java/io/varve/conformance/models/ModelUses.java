package io.varve.conformance.models;

import static io.varve.conformance.rule.Claim.require;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.varve.conformance.arrays.Numbers;
import io.varve.conformance.arrays.SeededRows;
import io.varve.export.bundle.BundleExport;
import io.varve.export.bundle.Exported;
import io.varve.inference.bundle.Term;
import io.varve.inference.file.TemporaryFolder;
import io.varve.model.Bound;
import io.varve.model.Encoding;
import io.varve.model.EngineNoise;
import io.varve.model.Model;
import io.varve.model.Model.Pick;
import io.varve.model.Run;
import io.varve.model.weights.Weights;
import io.varve.spi.Hierarchy;
import io.varve.spi.Ops;
import io.varve.spi.Space;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * A small model put to all its uses: trained one step, scored, inferred, generated from with every
 * carried set, exported and compared with its graphs.
 */
public final class ModelUses implements AutoCloseable {
  private static final long SEED = 11;
  private static final long BATCH = 4;
  private static final float STEP = 1e-3f;

  /** Large enough to have an effect, small enough to stay within the limits of parameters. */
  private static final float NUDGE = 0.1f;

  private final Space x;
  private final Encoding encoding;
  private final Model model;
  private final NDManager manager = SeededRows.manager();
  private final Weights weights;

  private ModelUses(Hierarchy hierarchy, Space x) {
    this.x = x;
    this.encoding = encoding(x);
    this.model = Model.of(hierarchy, x, SEED);
    try {
      Engine.getInstance().setRandomSeed((int) SEED);
      this.weights = Weights.initialize(model, manager);
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  /**
   * Builds a model with fresh weights.
   *
   * @param x data of 256 levels, binary or real
   * @throws IllegalArgumentException if it does not fit together
   */
  public static ModelUses of(Hierarchy hierarchy, Space x) {
    return new ModelUses(hierarchy, x);
  }

  /** How stored bytes become data of this space. */
  private static Encoding encoding(Space x) {
    return switch (x.levels()) {
      case 256 -> new Encoding(Encoding.Binarize.NONE, false, Optional.empty());
      case 2 -> new Encoding(Encoding.Binarize.THRESHOLD, false, Optional.empty());
      case 0 -> new Encoding(Encoding.Binarize.NONE, true, Optional.empty());
      default -> throw new IllegalArgumentException("no data have " + x.levels() + " levels");
    };
  }

  /**
   * Does everything a model is for.
   *
   * @throws AssertionError of one line that says what went wrong where
   */
  public void run() {
    try {
      shake();
      trains();
      Map<String, NDArray> inferred = infers();
      for (Set<String> carried : CarriedSets.of(model)) {
        generates(carried, inferred);
      }
      exports();
    } catch (IllegalArgumentException e) {
      throw new AssertionError(e.getMessage(), e);
    }
  }

  /** Moves all parameters a little, as layers that start at zero pass no gradient on. */
  private void shake() {
    try (NDScope arrays = new NDScope()) {
      arrays.suppressNotUsedWarning();
      NDArray noise = manager.randomNormal(0, NUDGE, weights.flat().getShape(), DataType.FLOAT32);
      weights.flat().addi(noise);
    }
  }

  /** One step of plain gradient descent on the bound, and the bound after it. */
  private void trains() {
    try (NDManager scope = manager.newSubManager();
        NDScope arrays = new NDScope()) {
      arrays.suppressNotUsedWarning();
      NDArray leaf = weights.flat().stopGradient();
      leaf.attach(scope);
      leaf.setRequiresGradient(true);
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        Run run = new Run(scope, weights.store(scope, leaf), true, new EngineNoise(scope, BATCH));
        NDArray bound = checked(model.bound(run, data(scope))).total();
        collector.backward(bound.mean().neg());
      }
      NDArray gradient = leaf.getGradient();
      reached(gradient);
      weights.flat().subi(gradient.mul(Ops.constant(gradient, STEP)));
      checked(bound(scope));
    }
  }

  private Bound checked(Bound bound) {
    Term.named(bound.logP(), bound.kl())
        .forEach(
            (term, nats) -> {
              String what = "bound: " + term;
              require(
                  nats.getShape().equals(new Shape(BATCH)) || nats.getShape().equals(new Shape(1)),
                  "%s has shape %s, expected (%d)".formatted(what, nats.getShape(), BATCH));
              requireFinite(what, nats);
            });
    return bound;
  }

  /** Every parameter the bound depends on has a gradient, and a finite one. */
  private void reached(NDArray gradient) {
    weights
        .views(gradient)
        .forEach(
            (name, slope) -> {
              requireFinite("the gradient of " + name, slope);
              require(
                  slope.abs().max().getFloat() > 0 || !matters(name),
                  "no gradient reaches %s, though the bound depends on it".formatted(name));
            });
  }

  private boolean matters(String name) {
    try (NDManager scope = manager.newSubManager()) {
      float[] before = bound(scope).total().toFloatArray();
      NDArray view = weights.views(weights.flat()).get(name);
      NDArray kept = view.duplicate();
      view.addi(manager.randomNormal(0, 1, view.getShape(), DataType.FLOAT32));
      float[] after = bound(scope).total().toFloatArray();
      view.set(new NDIndex("..."), kept);
      return !Arrays.equals(before, after);
    }
  }

  private Bound bound(NDManager scope) {
    return model.bound(evaluation(scope), data(scope));
  }

  /** A run in evaluation whose noise is the same every time. */
  private Run evaluation(NDManager scope) {
    Engine.getInstance().setRandomSeed((int) SEED);
    return new Run(
        scope, weights.store(scope, weights.flat()), false, new EngineNoise(scope, BATCH));
  }

  /** Random data, the same every time. */
  private NDArray data(NDManager scope) {
    Shape shape = new Shape(BATCH).addAll(x.shape());
    float[] bytes = new float[(int) shape.size()];
    Random random = new Random(SEED);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = random.nextInt(256);
    }
    return encoding.encode(evaluation(scope), scope.create(bytes, shape)).value();
  }

  private Map<String, NDArray> infers() {
    Map<String, NDArray> inferred = model.infer(evaluation(manager), data(manager));
    inferred.forEach((name, value) -> requireValue("infer: " + name, name, value));
    requireFinite("importance", model.logWeight(evaluation(manager), data(manager)));
    return inferred;
  }

  private void generates(Set<String> carried, Map<String, NDArray> inferred) {
    Map<String, NDArray> given = new LinkedHashMap<>();
    carried.forEach(name -> given.put(name, inferred.get(name)));
    for (Pick pick : Pick.values()) {
      try (NDManager scope = manager.newSubManager();
          NDScope arrays = new NDScope()) {
        arrays.suppressNotUsedWarning();
        Map<String, NDArray> all = model.generate(evaluation(scope), given, pick);
        String what = "generate " + carried + ": ";
        model.spaces().keySet().forEach(v -> requireValue(what + v, v, all.get(v)));
        requireFinite(what + "the mean of x", all.get(model.observed() + ".mean"));
        given.forEach(
            (name, value) ->
                require(
                    value.contentEquals(all.get(name)), what + name + " is not what was carried"));
      }
    }
  }

  /** Refuses what is no batch of a variable's values. */
  private void requireValue(String what, String variable, NDArray value) {
    Space space = model.spaces().get(variable);
    Shape expected = new Shape(BATCH).addAll(space.shape());
    require(
        value.getShape().equals(expected),
        "%s has shape %s, expected %s".formatted(what, value.getShape(), expected));
    requireFinite(what, value);
    Numbers.requireOnGrid(what, space, value);
  }

  private static void requireFinite(String what, NDArray values) {
    require(
        !values.isNaN().any().getBoolean() && !values.isInfinite().any().getBoolean(),
        what + " is not finite");
  }

  private void exports() {
    List<String> entries = new ArrayList<>(List.of("bound", "infer", "generate"));
    CarriedSets.exported(model).forEach(set -> entries.add("carry " + String.join(" ", set)));
    try (TemporaryFolder scratch = new TemporaryFolder()) {
      Exported exported =
          new Exported(
              "kit", "kit", "", model, encoding, x.shape(), weights, weights.flat(), List.of());
      BundleExport.export(exported, entries, scratch.path().resolve("bundle"));
    }
  }

  @Override
  public void close() {
    weights.close();
    manager.close();
  }
}
