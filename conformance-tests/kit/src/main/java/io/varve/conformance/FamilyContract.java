package io.varve.conformance;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.conformance.Member.Found;
import io.varve.conformance.Member.Place;
import io.varve.conformance.Member.Sample;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Family;
import io.varve.spi.Space;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.DoublePredicate;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The rules of families, for latents and data alike: P1, P2 and P9 to P11. */
abstract class FamilyContract extends ArrayContract {
  static final int ROWS = 5;
  private static final List<DataType> TYPES = List.of(DataType.FLOAT32, DataType.FLOAT64);

  /** How many times as many numbers are told apart by a graph that grows with them. */
  private static final int LARGER = 8;

  /** Rows of data after which no two numbers have had the same binary values. */
  private static final int TELLING = 64;

  /** Values from everyday ones to those whose standardised squares come to 1e30. */
  private static final double[] VALUES = {0, 1, -1, 0.5, 3, 50, -50, 255, 1e4, -1e4, 1e12, -1e12};

  final Family family;

  FamilyContract(Subject subject) {
    super(subject);
    family = (Family) subject.component();
  }

  /** The candidates it accepts; without any, nothing could be said of it. */
  List<Space> accepted() {
    List<Space> accepted = Spaces.accepted(family);
    require(!accepted.isEmpty(), "it refuses every space offered, such as [3] and [3, 32, 32]");
    return accepted;
  }

  /** The family on spaces of several sizes, small ones first. */
  List<Member> members() {
    return Spaces.varied(accepted()).stream().map(space -> new Member(family, space)).toList();
  }

  /** The same over real numbers only. */
  List<Member> realMembers() {
    List<Member> real = members().stream().filter(m -> m.space().levels() == 0).toList();
    if (real.isEmpty()) {
      throw new NotApplicable("it lives on levels, not on real numbers");
    }
    return real;
  }

  @Override
  List<Probe> probes() {
    List<Member> members = exported();
    List<Probe> probes = new ArrayList<>(FamilyProbes.all(members.get(0), "few numbers"));
    if (members.size() > 1) {
      probes.addAll(FamilyProbes.few(members.get(1), "an image"));
    }
    return probes;
  }

  /** Few numbers and an image, where both are accepted: a graph has no more to show. */
  private List<Member> exported() {
    List<Member> members = members();
    return members.subList(Math.max(0, members.size() - 2), members.size());
  }

  @Override
  List<Probe> larger() {
    Member small = exported().get(0);
    return accepted().stream()
        .filter(s -> s.levels() == small.space().levels())
        .filter(s -> s.shape().dimension() == small.space().shape().dimension())
        .filter(s -> s.shape().size() >= (long) LARGER * small.size())
        .findFirst()
        .map(s -> FamilyProbes.all(new Member(family, s), "few numbers"))
        .orElse(List.of());
  }

  @Rule
  public void p1_allZeroParametersAreValid() {
    for (Member member : members()) {
      for (DataType type : TYPES) {
        for (int rows : new int[] {1, ROWS}) {
          Index zero = Index.zero(member.needs(), rows);
          Sample sample = member.draw(new Place(zero, type, ROWS, 1));
          requireFinite(member, "draw().value()", zero, sample.values());
          requireFinite(member, "draw().logProb()", zero, sample.logProb());
          double[] again = member.logProb(zero, type, sample.values());
          requireFinite(member, "logProb of a draw", zero, again);
        }
      }
    }
  }

  static void requireFinite(Member member, String what, Index index, double[] numbers) {
    requireAll(
        numbers,
        Double::isFinite,
        i ->
            "%s on %s is %s at %s, expected a finite number"
                .formatted(what, member, numbers[i], index.at(i * index.rows() / numbers.length)));
  }

  /** Fails with a message about the first number for which a claim does not hold. */
  static void requireAll(double[] numbers, DoublePredicate claim, IntFunction<String> message) {
    for (int i = 0; i < numbers.length; i++) {
      if (!claim.test(numbers[i])) {
        throw new AssertionError(message.apply(i));
      }
    }
  }

  @Rule
  public void p2_drawsComeWithTheirLogProb() {
    for (Member member : members()) {
      for (DataType type : TYPES) {
        // an absolute and relative error of sums over some hundred terms
        double allowed = type == DataType.FLOAT64 ? 1e-7 : 1e-3;
        Index zero = Index.zero(member.needs(), 1);
        for (Index index : List.of(zero, Index.random(member.needs(), ROWS, 2))) {
          Place place = new Place(index, type, ROWS, 3);
          List<Found> found = member.ask(place, FamilyContract::drawn);
          Shape values = new Shape(ROWS).addAll(member.space().shape());
          requireShape(member, "draw().value()", index, found.get(0), values);
          requireShape(member, "draw().logProb()", index, found.get(1), new Shape(ROWS));
          requireShape(member, "logProb of the draws", index, found.get(2), new Shape(ROWS));
          double[] drawn = found.get(1).numbers();
          requireClose(
              "draw().logProb() and logProb of that draw on %s at %s"
                  .formatted(member, index.at(0)),
              drawn,
              found.get(2).numbers(),
              allowed);
        }
      }
    }
  }

  static NDList drawn(Distribution distribution) {
    Draw draw = distribution.draw();
    return new NDList(draw.value(), draw.logProb(), distribution.logProb(draw.value()));
  }

  static void requireShape(Member member, String what, Index index, Found found, Shape expected) {
    require(
        found.shape().equals(expected),
        "%s on %s has shape %s for %d row(s) of parameters, expected %s"
            .formatted(what, member, found.shape(), index.rows(), expected));
  }

  static void requireClose(String what, double[] found, double[] expected, double allowed) {
    for (int i = 0; i < found.length; i++) {
      double a = found[i];
      double b = expected[i];
      if (a != b && !(Math.abs(a - b) <= allowed * (1 + Math.abs(b)))) {
        throw new AssertionError(
            "%s: %s beside %s in element %d (relative difference allowed %s)"
                .formatted(what, Trials.number(a), Trials.number(b), i, allowed));
      }
    }
  }

  @Rule
  public void p9_refusesSpacesItCannotLiveOn() {
    List<Space> accepted = accepted();
    for (Space space : Spaces.candidates()) {
      boolean expected = !accepted.contains(space);
      require(
          Spaces.refused(family, space) == expected,
          "a latent is real, but parameters accepts %s; refuse levels"
              .formatted(Spaces.text(space)));
      List<Space> near = accepted.stream().filter(s -> s.shape().equals(space.shape())).toList();
      Space other = near.isEmpty() ? accepted.get(0) : near.get(0);
      try (NDManager scope = Trials.manager()) {
        Index index = Index.zero(family.parameters(expected ? other : space), 1);
        NDList arrays = index.arrays(scope, DataType.FLOAT32);
        boolean refused =
            Refusal.of(
                "of on " + Spaces.text(space),
                () -> family.of(Trials.pass(scope, DataType.FLOAT32, 1, 0), space, arrays));
        require(
            refused == expected,
            "of %s %s, which parameters %s"
                .formatted(
                    refused ? "refuses" : "accepts",
                    Spaces.text(space),
                    expected ? "refuses" : "accepts"));
      }
    }
  }

  @Rule
  public void p10_logProbIsNeverNaN() {
    for (Member member : members()) {
      if (member.size() > 64) {
        continue; // nothing that smaller events do not show
      }
      Index corners = Index.corners(member.needs());
      Index mixed = Index.extreme(member.needs(), 32, 9);
      for (DataType type : TYPES) {
        for (Index index : List.of(corners, mixed)) {
          requireNumbers(member, index, type);
        }
      }
    }
  }

  static void requireNumbers(Member member, Index index, DataType type) {
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
  public void p11_constantsDoNotStartAlike() {
    for (Member member : members()) {
      if (member.needs().isEmpty()) {
        throw new NotApplicable("it has no parameters");
      }
      Index start = Index.start(member.needs());
      Place place = new Place(start, DataType.FLOAT64, 1, 1);
      try (NDManager scope = Trials.manager()) {
        NDArray values = member.value(scope, DataType.FLOAT64, telling(member));
        Shape rows = new Shape(values.size(0));
        NDArray weights = Trials.normal(scope, DataType.FLOAT64, rows, 3, 0).squeeze(0);
        List<double[]> gradients = member.gradient(place, d -> d.logProb(values).mul(weights));
        for (int array = 0; array < gradients.size(); array++) {
          Twins.refuse(start, array, gradients.get(array), member.toString());
        }
      }
    }
  }

  /** Data that tell apart what stands for levels and numbers: each takes every level in turn. */
  private static double[] telling(Member member) {
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
