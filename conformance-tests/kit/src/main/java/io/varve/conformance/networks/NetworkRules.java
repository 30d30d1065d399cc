package io.varve.conformance.networks;

import static io.varve.conformance.rule.Claim.require;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import io.varve.conformance.arrays.Numbers;
import io.varve.conformance.arrays.ProbeParameters;
import io.varve.conformance.arrays.SeededRows;
import io.varve.conformance.rule.Rule;
import io.varve.spi.Site;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.DoubleStream;

/** The rules N1 to N7, for networks. */
public final class NetworkRules {
  private static final Site SITE = NetworkProbes.SITE;
  private static final Site ELSEWHERE = new Site("x.p.network", 2);

  /** A depth that explodes is far above, and networks of order one are far below. */
  private static final double LARGE = 10;

  /** Rows that decide how large outputs are. */
  private static final int MANY = 64;

  private final NetworkProbes probes;
  private final NDManager manager;

  NetworkRules(NetworkProbes probes) {
    this.probes = probes;
    this.manager = probes.manager();
  }

  private Optional<Block> build(NetworkShapes shapes, Site site) {
    return probes.build(shapes, site);
  }

  private BuiltNetwork built(NetworkShapes shapes, Block block, int seed) {
    return new BuiltNetwork(shapes, block, manager, seed);
  }

  private BuiltNetwork built(NetworkShapes shapes) {
    return built(shapes, build(shapes, SITE).orElseThrow(), 1);
  }

  /** In training and in evaluation, for one row and for several. */
  @Rule
  void n1_outputsHaveTheOrderAndShapesOfBuild() {
    for (NetworkShapes shapes : NetworkShapes.USUAL) {
      build(shapes, SITE)
          .ifPresent(
              block -> {
                BuiltNetwork built = built(shapes, block, 1);
                built.evaluate(1, 1);
                built.evaluate(3, 1);
              });
    }
  }

  /** What it does not refuse it must be able to run. */
  @Rule
  void n2_refusesWhatItCannotMap() {
    for (NetworkShapes shapes : NetworkShapes.ODD) {
      build(shapes, SITE)
          .ifPresent(
              block -> {
                try {
                  built(shapes, block, 1).evaluate(3, 1);
                } catch (RuntimeException e) {
                  throw new AssertionError(
                      "build takes %s, but the block throws %s; expected build to refuse it"
                          .formatted(shapes, String.valueOf(e).lines().findFirst().orElse("")),
                      e);
                }
              });
    }
  }

  /** At two places of a model, and in one built later. */
  @Rule
  void n3_namesAreStable() {
    for (NetworkShapes shapes : probes.accepted()) {
      List<String> names = BuiltNetwork.names(build(shapes, SITE).orElseThrow());
      for (Site site : List.of(SITE, ELSEWHERE)) {
        List<String> again = BuiltNetwork.names(build(shapes, site).orElseThrow());
        require(
            again.equals(names),
            "%s: the parameters are %s, and %s when built again at %s"
                .formatted(shapes, names, again, site.path()));
      }
      require(
          new HashSet<>(names).size() == names.size(),
          "%s: the parameters are %s, expected unique names".formatted(shapes, names));
    }
  }

  /** A parameter without a value cannot be saved. */
  @Rule
  void n3_firstPassInitialisesEveryParameter() {
    for (NetworkShapes shapes : probes.accepted()) {
      Block block = build(shapes, SITE).orElseThrow();
      List<String> before = BuiltNetwork.names(block);
      built(shapes, block, 1);
      for (Pair<String, Parameter> listed : block.getParameters()) {
        require(
            listed.getValue().isInitialized(),
            "%s: parameter '%s' has no value after a pass in training"
                .formatted(shapes, listed.getKey()));
      }
      require(
          before.equals(BuiltNetwork.names(block)),
          "%s: the parameters are %s before the first pass and %s after it"
              .formatted(shapes, before, BuiltNetwork.names(block)));
    }
  }

  /** What is read but not listed is not saved. */
  @Rule
  void n3_everyParameterReadIsListed() {
    for (NetworkShapes shapes : probes.accepted()) {
      Block block = build(shapes, SITE).orElseThrow();
      built(shapes, block, 1);
      ProbeParameters read = new ProbeParameters(manager, DataType.FLOAT32, 0);
      try (NDManager scope = manager.newSubManager()) {
        for (boolean training : new boolean[] {true, false}) {
          block.forward(
              read.in(scope), shapes.sample(scope, DataType.FLOAT32, SeededRows.rows(4)), training);
        }
      }
      Set<Parameter> listed = BuiltNetwork.parameters(block);
      for (Parameter parameter : read.values().keySet()) {
        require(
            listed.contains(parameter),
            "%s: the block reads the parameter '%s', but getParameters lists only %s"
                .formatted(shapes, parameter.getName(), BuiltNetwork.names(block)));
      }
    }
  }

  /** With equal parameters, two blocks of one place are one function. */
  @Rule
  void n4_fixedRandomChoicesFollowTheSeed() {
    for (NetworkShapes shapes : probes.accepted()) {
      BuiltNetwork first = built(shapes);
      manager.getEngine().setRandomSeed(2);
      BuiltNetwork second = built(shapes, build(shapes, SITE).orElseThrow(), 3);
      second.load(first);
      requireSame(
          shapes + ": a block built again for the same site, with the same parameters",
          first.evaluate(3, 1),
          second.evaluate(3, 1));
    }
  }

  private static void requireSame(String what, List<double[]> first, List<double[]> again) {
    for (int k = 0; k < first.size(); k++) {
      int at = Arrays.mismatch(first.get(k), again.get(k));
      if (at >= 0) {
        throw new AssertionError(
            "%s: value %d of output %d is %s, expected %s as at first"
                .formatted(
                    what, at, k, Numbers.text(again.get(k)[at]), Numbers.text(first.get(k)[at])));
      }
    }
  }

  /** Neither at two places nor when a model is built twice. */
  @Rule
  void n5_blocksShareNoParameters() {
    for (NetworkShapes shapes : probes.accepted()) {
      Block first = build(shapes, SITE).orElseThrow();
      for (Site site : List.of(ELSEWHERE, SITE)) {
        Block second = build(shapes, site).orElseThrow();
        require(first != second, shapes + ": build returns the same block twice");
        Set<Parameter> own = BuiltNetwork.parameters(first);
        for (Parameter parameter : BuiltNetwork.parameters(second)) {
          require(
              !own.contains(parameter),
              "%s: two blocks share the parameter '%s'".formatted(shapes, parameter.getName()));
        }
      }
    }
  }

  /** Whatever training did to the buffers before. */
  @Rule
  void n6_evaluationChangesNothing() {
    for (NetworkShapes shapes : probes.accepted()) {
      BuiltNetwork built = built(shapes);
      built.train(2);
      Map<String, double[]> before = built.values();
      built.evaluate(5, 1);
      built
          .values()
          .forEach(
              (name, after) -> {
                int at = Arrays.mismatch(before.get(name), after);
                require(
                    at < 0,
                    "%s: an evaluation pass changes element %d of '%s'"
                        .formatted(shapes, at, name));
              });
    }
  }

  /** Under two seeds of the engine's generator. */
  @Rule
  void n6_dropoutIsOffInEvaluation() {
    for (NetworkShapes shapes : probes.accepted()) {
      BuiltNetwork built = built(shapes);
      List<double[]> first = built.evaluate(8, 4);
      requireSame(shapes + ": evaluated under another seed", first, built.evaluate(8, 5));
    }
  }

  /** The root mean square over many rows; outputs of zero are a fine start. */
  @Rule(Rule.Strength.OPTIONAL)
  void n7_outputsStartOfOrderOne() {
    for (NetworkShapes shapes : probes.accepted()) {
      List<double[]> outputs = built(shapes).evaluate(MANY, 1);
      for (int k = 0; k < outputs.size(); k++) {
        double square = DoubleStream.of(outputs.get(k)).map(v -> v * v).average().orElse(0);
        require(
            Math.sqrt(square) <= LARGE, // not so for NaN
            "%s: output %d is of size %s at the start, expected order one, at most %s"
                .formatted(shapes, k, Numbers.text(Math.sqrt(square)), LARGE));
      }
    }
  }
}
