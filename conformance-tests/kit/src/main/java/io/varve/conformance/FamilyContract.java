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
import java.util.Arrays;
import java.util.List;
import java.util.function.DoublePredicate;
import java.util.function.IntFunction;

/** The rules of families, for latents and data alike: P1, P2 and P9 to P11. */
abstract class FamilyContract extends ArrayContract {
  static final int ROWS = 5;
  private static final List<DataType> TYPES = List.of(DataType.FLOAT32, DataType.FLOAT64);

  /** Values from everyday ones to the largest of single precision. */
  private static final double[] VALUES = {
    0, 1, -1, 0.5, 3, 50, -50, 255, 1e4, -1e4, 1e30, -1e30, Float.MAX_VALUE, -Float.MAX_VALUE
  };

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
    return new FamilyProbes(family, few(members())).all();
  }

  /** Few numbers and an image: what is exported need not be exported at every size. */
  private static List<Member> few(List<Member> members) {
    return members.subList(Math.max(0, members.size() - 2), members.size());
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
      boolean refused = !accepted.contains(space);
      Space near =
          accepted.stream()
              .filter(s -> s.shape().equals(space.shape()))
              .findFirst()
              .orElse(accepted.get(0));
      try (NDManager scope = Trials.manager()) {
        Index index = Index.zero(family.parameters(refused ? near : space), 1);
        NDList arrays = index.arrays(scope, DataType.FLOAT32);
        String what = "of(" + Spaces.text(space) + ")";
        boolean refusedHere =
            Refusal.of(
                what, () -> family.of(Trials.pass(scope, DataType.FLOAT32, 1, 0), space, arrays));
        require(
            refusedHere == refused,
            "%s is %s by of and %s by parameters, expected the same"
                .formatted(
                    Spaces.text(space),
                    refusedHere ? "refused" : "accepted",
                    refused ? "refused" : "accepted"));
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
      Place place = new Place(start, DataType.FLOAT64, 16, 1);
      Probe.Input input = new Probe.Input("value", member.space().shape(), member.space().levels());
      try (NDManager scope = Trials.manager()) {
        NDArray values = Trials.input(scope, DataType.FLOAT64, input, 2, Trials.rows(16));
        List<double[]> gradients = member.gradient(place, d -> d.logProb(values));
        for (int array = 0; array < gradients.size(); array++) {
          Twins.refuse(start, array, gradients.get(array), member.toString());
        }
      }
    }
  }
}
