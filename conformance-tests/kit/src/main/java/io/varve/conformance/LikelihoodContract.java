package io.varve.conformance;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.varve.conformance.Member.Found;
import io.varve.conformance.Member.Place;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The rules L1 and on, for likelihoods; those about densities ask for real numbers. */
final class LikelihoodContract extends MassContract {
  private static final double[] OFF = {
    -1, 0.5, 1 / 255.0, -0.25, 0.999, 1.5, -3, 1e30, -1e30, Float.MAX_VALUE, -Float.MAX_VALUE
  };

  /** The least that either half of the grid is likely to hold where parameters are zero. */
  private static final double SENSIBLE = 0.1;

  LikelihoodContract(Subject subject) {
    super(subject);
  }

  @Rule
  public void l4_valuesOffTheGridScoreMinusInfinity() {
    for (Member member : discrete()) {
      int levels = member.space().levels();
      double[] off =
          IntStream.range(0, OFF.length + 2)
              .mapToDouble(i -> i < OFF.length ? OFF[i] : levels + (i - OFF.length) * 1e3)
              .toArray();
      for (Index index : grid(member)) {
        for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT64)) {
          for (double value : off) {
            requireImpossible(member, index, type, value);
          }
        }
      }
    }
  }

  /** One number off the grid, the others at zero. */
  private static void requireImpossible(Member member, Index index, DataType type, double value) {
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
  public void l5_modeAndMeanLieOnAndWithinTheGrid() {
    for (Member member : discrete()) {
      int top = member.space().levels() - 1;
      for (Index index : grid(member)) {
        Place place = new Place(index, DataType.FLOAT32, index.rows(), 1);
        Found mode = member.ask(place, d -> new NDList(d.mode())).get(0);
        requireOnGrid(member, "mode()", index, mode.numbers());
        double[] logMass = member.logProb(index, DataType.FLOAT32, mode.numbers());
        requireFinite(member, "the log-mass of the mode", index, logMass);
        Found mean = member.ask(place, d -> new NDList(d.mean())).get(0);
        requireAll(
            mean.numbers(),
            each -> each >= 0 && each <= top,
            i ->
                "mean() on %s is %s at %s, expected within 0..%d"
                    .formatted(member, mean.numbers()[i], index.name(), top));
      }
    }
  }

  @Rule
  public void l6_zeroParametersSuitAnyNumberOfLevels() {
    for (Member member : countable()) {
      Cells cells = Cells.of(member.space());
      Index zero = Index.zero(member.needs(), 1);
      double[] logMass = member.logProb(zero, DataType.FLOAT64, cells.values());
      double low = 0;
      for (int cell = 0; cell < cells.count(); cell++) {
        boolean below = cells.values()[cell * member.size()] < member.space().levels() / 2.0;
        low += below ? Math.exp(logMass[cell]) : 0;
      }
      require(
          low >= SENSIBLE && low <= 1 - SENSIBLE,
          "at all-zero parameters the lower half of the levels on %s has mass %s, expected %s to %s: read levels from the space and rescale inside"
              .formatted(member, Trials.number(low), SENSIBLE, 1 - SENSIBLE));
    }
  }

  @Rule(Rule.Level.STOCHASTIC)
  public void l6_drawsAtZeroParametersFillTheGrid() {
    for (Member member : discrete()) {
      int draws = 500;
      Index zero = Index.zero(member.needs(), 1);
      double[] drawn = member.draw(new Place(zero, DataType.FLOAT32, draws, 91)).values();
      double middle = member.space().levels() / 2.0;
      double low = Arrays.stream(drawn).filter(v -> v < middle).count() / (double) drawn.length;
      // of a share of a tenth, five deviations of the share among independent draws
      double allowed = SENSIBLE - Chance.SIGMAS * Math.sqrt(SENSIBLE / draws);
      require(
          low >= allowed && low <= 1 - allowed,
          "at all-zero parameters a share of %s of the numbers drawn on %s lies in the lower half of the levels, expected %s to %s"
              .formatted(
                  Trials.number(low), member, Trials.number(allowed), Trials.number(1 - allowed)));
    }
  }

  @Rule
  public void l7_logMassesAndGradientsAreFiniteOnTheWholeGrid() {
    for (Member member : countable()) {
      Cells cells = Cells.of(member.space());
      for (Index index : scored(member)) {
        requireFinite(member, index.repeat(cells.count()), cells.repeat(index.rows()));
      }
    }
    for (Member member : discrete()) {
      Index mixed = Index.extreme(member.needs(), 16, 92);
      Probe.Input input = new Probe.Input("value", member.space().shape(), member.space().levels());
      try (NDManager scope = Trials.manager()) {
        int[] rows = Trials.rows(mixed.rows());
        NDArray values = Trials.input(scope, DataType.FLOAT32, input, 93, rows);
        requireFinite(member, mixed, Trials.doubles(values));
      }
    }
  }

  private static void requireFinite(Member member, Index index, double[] values) {
    DataType type = DataType.FLOAT32;
    double[] logMass = member.logProb(index, type, values);
    requireAll(
        logMass,
        Double::isFinite,
        row ->
            "the log-mass on %s of %s is %s at %s, expected a finite number"
                .formatted(member, event(member, values, row), logMass[row], index.at(row)));
    List<double[]> gradients;
    try (NDManager scope = Trials.manager()) {
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

  private static String event(Member member, double[] values, int row) {
    int size = member.size();
    double[] event = Arrays.copyOfRange(values, row * size, row * size + Math.min(size, 4));
    return Arrays.toString(event) + (size > 4 ? "..." : "");
  }
}
