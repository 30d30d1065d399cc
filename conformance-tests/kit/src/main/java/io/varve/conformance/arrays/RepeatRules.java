package io.varve.conformance.arrays;

import static io.varve.conformance.rule.Claim.require;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.varve.conformance.rule.NotApplicable;
import io.varve.conformance.rule.Rule;
import io.varve.spi.Noise;
import io.varve.spi.Pass;
import io.varve.spi.Repeats;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** The rules X11 and X12, on the loops that a probe does through {@code Pass.repeat}. */
public final class RepeatRules {
  private static final DataType TYPE = DataType.FLOAT32;
  private static final int[] ROWS = SeededRows.rows(3);
  private static final int OFTEN = 10;

  private final Probes probes;
  private final NDManager manager;

  RepeatRules(Probes probes) {
    this.probes = probes;
    this.manager = probes.manager();
  }

  @Rule
  void x11_conditionsAreComputedFromTheState() {
    tryAll(false, "it repeats nothing under a condition");
  }

  @Rule
  void x12_bodiesOnlyComputeState() {
    tryAll(true, "it repeats nothing");
  }

  private void tryAll(boolean bodies, String none) {
    int loops = probes.ready().stream().mapToInt(ready -> watched(ready, bodies).loops).sum();
    if (loops == 0) {
      throw new NotApplicable(none);
    }
  }

  private Watched watched(ReadyProbe ready, boolean bodies) {
    try (NDManager scope = manager.newSubManager()) {
      Noise noise = SeededRows.noise(scope, TYPE, 1, ROWS);
      ParameterStore plain = ready.parameters(TYPE).in(scope);
      Pass real = new Pass(scope, plain, false, noise);
      Watched watched = new Watched(ready.probe().name(), real, bodies);
      Pass pass = new Pass(scope, watched, false, watched);
      ready.probe().body().of(pass, ready.inputs(scope, TYPE, ROWS));
      return watched;
    }
  }

  /**
   * Does every round twice, or asks every condition often, and notes noise that is drawn within.
   */
  private static final class Watched extends ParameterStore implements Repeats, Noise {
    private final String probe;
    private final Pass pass;
    private final boolean bodies;
    private int within;
    private int loops;

    Watched(String probe, Pass pass, boolean bodies) {
      super(pass.manager(), false);
      this.probe = probe;
      this.pass = pass;
      this.bodies = bodies;
    }

    @Override
    public NDArray getValue(Parameter parameter, Device device, boolean training) {
      return pass.parameters().getValue(parameter, device, training);
    }

    @Override
    public NDArray normal(Shape event) {
      return drawn(pass.noise().normal(event));
    }

    @Override
    public NDArray uniform(Shape event) {
      return drawn(pass.noise().uniform(event));
    }

    private NDArray drawn(NDArray noise) {
      require(
          within == 0,
          probe + ": draws noise in the body of Pass.repeat; draw it before, as part of the state");
      return noise;
    }

    @Override
    public NDList repeat(long count, NDList state, UnaryOperator<NDList> body) {
      loops += bodies ? 1 : 0;
      return pass.repeat(count, state, bodies ? s -> twice(s, body) : body);
    }

    @Override
    public NDList repeat(
        long most, NDList state, Function<NDList, NDArray> again, UnaryOperator<NDList> body) {
      loops++;
      return bodies
          ? pass.repeat(most, state, again, s -> twice(s, body))
          : pass.repeat(most, state, s -> often(s, again), body);
    }

    private NDList twice(NDList state, UnaryOperator<NDList> body) {
      within++;
      NDList before = new NDList();
      state.forEach(array -> before.add(array.duplicate()));
      NDList first = body.apply(new NDList(state));
      requireSame(before, state, "a round of Pass.repeat changes the state it was given");
      requireSame(
          first,
          body.apply(before),
          "a round of Pass.repeat gives another result when done twice with one state");
      within--;
      return first;
    }

    /** Often enough for a count in Java to run out. */
    private NDArray often(NDList state, Function<NDList, NDArray> again) {
      NDArray first = again.apply(new NDList(state));
      for (int i = 1; i < OFTEN; i++) {
        requireSame(
            new NDList(first),
            new NDList(again.apply(new NDList(state))),
            "the condition of Pass.repeat gives another answer when asked again about one state");
      }
      return first;
    }

    private void requireSame(NDList expected, NDList found, String problem) {
      boolean same = expected.size() == found.size();
      for (int i = 0; same && i < expected.size(); i++) {
        same = Arrays.equals(Numbers.of(expected.get(i)), Numbers.of(found.get(i)));
      }
      require(same, probe + ": " + problem + "; hand on what changes as state");
    }
  }
}
