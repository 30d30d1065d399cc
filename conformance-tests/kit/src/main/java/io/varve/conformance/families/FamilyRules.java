package io.varve.conformance.families;

import static io.varve.conformance.rule.Claim.require;
import static io.varve.conformance.rule.Claim.requireAll;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.conformance.arrays.HostArray;
import io.varve.conformance.arrays.SampleSpaces;
import io.varve.conformance.arrays.SeededRows;
import io.varve.conformance.families.FamilyOnSpace.Place;
import io.varve.conformance.families.FamilyOnSpace.Sample;
import io.varve.conformance.rule.NotApplicable;
import io.varve.conformance.rule.Refusal;
import io.varve.conformance.rule.Rule;
import io.varve.spi.Family;
import io.varve.spi.Space;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** The rules of families, for latents and data alike: P1, P2 and P9 to P11. */
public final class FamilyRules {
  private static final int ROWS = 5;
  private static final List<DataType> TYPES = List.of(DataType.FLOAT32, DataType.FLOAT64);

  /** Rows of data after which no two numbers have had the same binary values. */
  private static final int TELLING = 64;

  /** Values from everyday ones to those whose standardised squares come to 1e30. */
  private static final double[] VALUES = {0, 1, -1, 0.5, 3, 50, -50, 255, 1e4, -1e4, 1e12, -1e12};

  private final FamilyProbes probes;

  FamilyRules(FamilyProbes probes) {
    this.probes = probes;
  }

  @Rule
  void p1_allZeroParametersAreValid() {
    for (FamilyOnSpace member : probes.members()) {
      for (DataType type : TYPES) {
        for (int rows : new int[] {1, ROWS}) {
          ParameterRows zero = ParameterRows.zero(member.needs(), rows);
          Sample sample = member.draw(new Place(zero, type, ROWS, 1));
          member.requireFinite("draw().value()", zero, sample.values());
          member.requireFinite("draw().logProb()", zero, sample.logProb());
          double[] again = member.logProb(zero, type, sample.values());
          member.requireFinite("logProb of a draw", zero, again);
        }
      }
    }
  }

  @Rule
  void p2_drawsComeWithTheirLogProb() {
    for (FamilyOnSpace member : probes.members()) {
      for (DataType type : TYPES) {
        // an absolute and relative error of sums over some hundred terms
        double allowed = type == DataType.FLOAT64 ? 1e-7 : 1e-3;
        ParameterRows zero = ParameterRows.zero(member.needs(), 1);
        for (ParameterRows index : List.of(zero, ParameterRows.random(member.needs(), ROWS, 2))) {
          Place place = new Place(index, type, ROWS, 3);
          List<HostArray> found = member.ask(place, FamilyOnSpace::drawAndScore);
          Shape values = new Shape(ROWS).addAll(member.space().shape());
          member.requireShape("draw().value()", index, found.get(0), values);
          member.requireShape("draw().logProb()", index, found.get(1), new Shape(ROWS));
          member.requireShape("logProb of the draws", index, found.get(2), new Shape(ROWS));
          double[] drawn = found.get(1).values();
          FamilyOnSpace.requireClose(
              "draw().logProb() and logProb of that draw on %s at %s"
                  .formatted(member, index.at(0)),
              drawn,
              found.get(2).values(),
              allowed);
        }
      }
    }
  }

  @Rule
  void p9_refusesSpacesItCannotLiveOn() {
    Family family = probes.family();
    List<Space> accepted = probes.accepted();
    for (Space space : SampleSpaces.ofFamilies()) {
      String words = FamilyOnSpace.words(space);
      boolean expected = !accepted.contains(space);
      require(
          probes.refuses(space) == expected,
          "a latent is real, but parameters accepts %s; refuse levels".formatted(words));
      List<Space> near = accepted.stream().filter(s -> s.shape().equals(space.shape())).toList();
      Space other = near.isEmpty() ? accepted.get(0) : near.get(0);
      try (NDManager scope = SeededRows.manager()) {
        ParameterRows index = ParameterRows.zero(family.parameters(expected ? other : space), 1);
        NDList arrays = index.arrays(scope, DataType.FLOAT32);
        boolean refused =
            Refusal.unlessRefused(
                    "of on " + words,
                    () -> family.of(SeededRows.pass(scope, DataType.FLOAT32, 1, 0), space, arrays))
                .isEmpty();
        require(
            refused == expected,
            "of %s %s, which parameters %s"
                .formatted(
                    refused ? "refuses" : "accepts", words, expected ? "refuses" : "accepts"));
      }
    }
  }

  @Rule
  void p10_logProbIsNeverNaN() {
    for (FamilyOnSpace member : probes.members()) {
      if (member.size() > 64) {
        continue; // nothing that smaller events do not show
      }
      ParameterRows corners = ParameterRows.corners(member.needs());
      ParameterRows mixed = ParameterRows.extreme(member.needs(), 32, 9);
      for (DataType type : TYPES) {
        for (ParameterRows index : List.of(corners, mixed)) {
          requireNumbers(member, index, type);
        }
      }
    }
  }

  private static void requireNumbers(FamilyOnSpace member, ParameterRows index, DataType type) {
    int size = member.size();
    Sample sample = member.draw(new Place(index, type, index.rows(), 4));
    requireAll(
        sample.values(),
        drawn -> !Double.isNaN(drawn),
        i -> "draw().value() on %s is NaN at %s".formatted(member, index.at(i / size)));
    double[] values = new double[index.rows() * size];
    for (double value : VALUES) {
      Arrays.fill(values, value);
      requireAll(
          member.logProb(index, type, values),
          logProb -> !Double.isNaN(logProb),
          row ->
              "logProb on %s is NaN at value %s and %s (%s)"
                  .formatted(member, value, index.at(row), type));
    }
  }

  @Rule
  void p11_constantsDoNotStartAlike() {
    for (FamilyOnSpace member : probes.members()) {
      if (member.needs().isEmpty()) {
        throw new NotApplicable("it has no parameters");
      }
      ParameterRows start = ParameterRows.start(member.needs());
      Place place = new Place(start, DataType.FLOAT64, 1, 1);
      try (NDManager scope = SeededRows.manager()) {
        NDArray values = member.value(scope, DataType.FLOAT64, telling(member));
        Shape rows = new Shape(values.size(0));
        NDArray weights = SeededRows.normal(scope, DataType.FLOAT64, rows, 3, 0).squeeze(0);
        List<double[]> gradients = member.gradient(place, d -> d.logProb(values).mul(weights));
        for (int array = 0; array < gradients.size(); array++) {
          EqualStarts.refuse(start, array, gradients.get(array), member.toString());
        }
      }
    }
  }

  /** Data that tell apart what stands for levels and numbers: each takes every level in turn. */
  private static double[] telling(FamilyOnSpace member) {
    int size = member.size();
    int levels = member.space().levels();
    SplittableRandom random = new SplittableRandom(2);
    int rows = Math.max(TELLING, levels);
    double[] values = new double[rows * size];
    for (int i = 0; i < size; i++) {
      List<Integer> order = new ArrayList<>(IntStream.range(0, levels).boxed().toList());
      for (int row = 0; row < rows; row++) {
        if (levels > 0 && row % levels == 0) {
          Collections.shuffle(order, new Random(random.nextLong()));
        }
        values[row * size + i] = levels > 0 ? order.get(row % levels) : random.nextGaussian();
      }
    }
    return values;
  }
}
