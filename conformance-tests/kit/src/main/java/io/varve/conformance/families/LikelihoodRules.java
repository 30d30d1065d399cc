package io.varve.conformance.families;

import static io.varve.conformance.rule.Claim.require;
import static io.varve.conformance.rule.Claim.requireAll;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.varve.conformance.arrays.HostArray;
import io.varve.conformance.arrays.Numbers;
import io.varve.conformance.arrays.Probe;
import io.varve.conformance.arrays.SeededRows;
import io.varve.conformance.families.FamilyOnSpace.Place;
import io.varve.conformance.numerics.Significance;
import io.varve.conformance.rule.Rule;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The rules about values and levels, for likelihoods: L4 to L7. */
public final class LikelihoodRules {
  private static final double[] OFF = {
    -1, 0.5, 1 / 255.0, -0.25, 0.999, 1.5, -3, 1e30, -1e30, Float.MAX_VALUE, -Float.MAX_VALUE
  };

  /** The least mass of either half of the grid at all-zero parameters. */
  private static final double SENSIBLE = 0.1;

  private final FamilyProbes probes;

  LikelihoodRules(FamilyProbes probes) {
    this.probes = probes;
  }

  @Rule
  void l4_valuesOffTheGridScoreMinusInfinity() {
    for (FamilyOnSpace member : probes.discreteMembers()) {
      int levels = member.space().levels();
      double[] off =
          IntStream.range(0, OFF.length + 2)
              .mapToDouble(i -> i < OFF.length ? OFF[i] : levels + (i - OFF.length) * 1e3)
              .toArray();
      for (ParameterRows index : member.drawn()) {
        for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT64)) {
          for (double value : off) {
            requireImpossible(member, index, type, value);
          }
        }
      }
    }
  }

  /** One number off the grid, the others at zero. */
  private static void requireImpossible(
      FamilyOnSpace member, ParameterRows index, DataType type, double value) {
    double[] values = new double[index.rows() * member.size()];
    for (int row = 0; row < index.rows(); row++) {
      values[row * member.size() + row % member.size()] = value;
    }
    requireAll(
        member.logProb(index, type, values),
        logProb -> logProb == Double.NEGATIVE_INFINITY,
        row ->
            "logProb on %s of an event with the number %s is not -Infinity at %s in %s"
                .formatted(member, value, index.at(row), type));
  }

  @Rule
  void l5_modeAndMeanLieOnAndWithinTheGrid() {
    for (FamilyOnSpace member : probes.discreteMembers()) {
      int top = member.space().levels() - 1;
      for (ParameterRows index : member.drawn()) {
        Place place = new Place(index, DataType.FLOAT32, index.rows(), 1);
        HostArray mode = member.ask(place, d -> new NDList(d.mode())).get(0);
        member.requireOnGrid("mode()", index, mode.values());
        double[] logMass = member.logProb(index, DataType.FLOAT32, mode.values());
        member.requireFinite("the log-mass of the mode", index, logMass);
        HostArray mean = member.ask(place, d -> new NDList(d.mean())).get(0);
        requireAll(
            mean.values(),
            each -> each >= 0 && each <= top,
            i ->
                "mean() on %s is %s at %s, expected within 0..%d"
                    .formatted(member, mean.values()[i], index.name(), top));
      }
    }
  }

  @Rule
  void l6_zeroParametersSuitAnyNumberOfLevels() {
    for (FamilyOnSpace member : probes.countableMembers()) {
      AllEvents cells = AllEvents.of(member.space());
      ParameterRows zero = ParameterRows.zero(member.needs(), 1);
      double[] logMass = member.logProb(zero, DataType.FLOAT64, cells.values());
      double low = 0;
      for (int cell = 0; cell < cells.count(); cell++) {
        boolean below = cells.values()[cell * member.size()] < member.space().levels() / 2.0;
        low += below ? Math.exp(logMass[cell]) : 0;
      }
      require(
          low >= SENSIBLE && low <= 1 - SENSIBLE,
          "at all-zero parameters the lower half of the levels on %s has mass %s, expected %s to %s: read levels from the space and rescale inside"
              .formatted(member, Numbers.text(low), SENSIBLE, 1 - SENSIBLE));
    }
  }

  @Rule(Rule.Strength.STOCHASTIC)
  void l6_drawsAtZeroParametersFillTheGrid() {
    for (FamilyOnSpace member : probes.discreteMembers()) {
      int draws = 500;
      ParameterRows zero = ParameterRows.zero(member.needs(), 1);
      double[] drawn = member.draw(new Place(zero, DataType.FLOAT32, draws, 91)).values();
      double middle = member.space().levels() / 2.0;
      double low = Arrays.stream(drawn).filter(v -> v < middle).count() / (double) drawn.length;
      // of a share of a tenth, five deviations of the share among independent draws
      double allowed = SENSIBLE - Significance.SIGMAS * Math.sqrt(SENSIBLE / draws);
      require(
          low >= allowed && low <= 1 - allowed,
          "at all-zero parameters a share of %s of the numbers drawn on %s lies in the lower half of the levels, expected %s to %s"
              .formatted(
                  Numbers.text(low), member, Numbers.text(allowed), Numbers.text(1 - allowed)));
    }
  }

  @Rule
  void l7_logMassesAndGradientsAreFiniteOnTheWholeGrid() {
    for (FamilyOnSpace member : probes.countableMembers()) {
      AllEvents cells = AllEvents.of(member.space());
      for (ParameterRows index : member.scored()) {
        requireFiniteScores(member, index.repeat(cells.count()), cells.repeat(index.rows()));
      }
    }
    for (FamilyOnSpace member : probes.discreteMembers()) {
      ParameterRows mixed = ParameterRows.extreme(member.needs(), 16, 92);
      Probe.Input input = new Probe.Input("value", member.space().shape(), member.space().levels());
      try (NDManager scope = SeededRows.manager()) {
        int[] rows = SeededRows.rows(mixed.rows());
        NDArray values = SeededRows.input(scope, DataType.FLOAT32, input, 93, rows);
        requireFiniteScores(member, mixed, Numbers.of(values));
      }
    }
  }

  private static void requireFiniteScores(
      FamilyOnSpace member, ParameterRows index, double[] values) {
    DataType type = DataType.FLOAT32;
    double[] logMass = member.logProb(index, type, values);
    requireAll(
        logMass,
        Double::isFinite,
        row ->
            "the log-mass on %s of %s is %s at %s, expected a finite number"
                .formatted(member, event(member, values, row), logMass[row], index.at(row)));
    List<double[]> gradients;
    try (NDManager scope = SeededRows.manager()) {
      NDArray array = member.value(scope, type, values);
      Place place = new Place(index, type, index.rows(), 1);
      gradients = member.gradient(place, d -> d.logProb(array));
    }
    for (double[] gradient : gradients) {
      int size = gradient.length / index.rows();
      requireAll(
          gradient,
          Double::isFinite,
          i ->
              "the gradient of the log-mass on %s of %s by parameter array %d is %s at %s, expected a finite number"
                  .formatted(
                      member,
                      event(member, values, i / size),
                      gradients.indexOf(gradient),
                      gradient[i],
                      index.at(i / size)));
    }
  }

  private static String event(FamilyOnSpace member, double[] values, int row) {
    int size = member.size();
    double[] event = Arrays.copyOfRange(values, row * size, row * size + Math.min(size, 4));
    return Arrays.toString(event) + (size > 4 ? "..." : "");
  }
}
