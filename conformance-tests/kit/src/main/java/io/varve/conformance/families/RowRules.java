package io.varve.conformance.families;

import static io.varve.conformance.rule.Claim.require;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.conformance.arrays.HostArray;
import io.varve.conformance.families.FamilyOnSpace.Place;
import io.varve.conformance.rule.Rule;
import io.varve.spi.Distribution;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The rules about rows of parameters: P7 and P8. */
public final class RowRules {
  private static final int ROWS = 5;

  /** Two orders of the same sums in double precision. */
  private static final double ROUNDING = 1e-9;

  private final FamilyProbes probes;

  RowRules(FamilyProbes probes) {
    this.probes = probes;
  }

  @Rule
  void p7_oneRowOfParametersIsThatRowRepeated() {
    for (FamilyOnSpace member : probes.members()) {
      ParameterRows one = ParameterRows.random(member.needs(), 1, 5);
      Place repeated = new Place(one.repeat(ROWS), DataType.FLOAT64, ROWS, 7);
      Place single = new Place(one, DataType.FLOAT64, ROWS, 7);
      double[] values = member.draw(repeated).values();
      compare(member, "draw()", single, repeated, FamilyOnSpace::drawAndScore);
      compare(member, "mode()", single, repeated, d -> new NDList(d.mode()));
      compare(member, "mean()", single, repeated, d -> new NDList(d.mean()));
      requireClose(
          "logProb on %s with parameters of one row and the same repeated".formatted(member),
          member.logProb(one, DataType.FLOAT64, values),
          member.logProb(one.repeat(ROWS), DataType.FLOAT64, values));
      compareKl(member, one);
    }
  }

  /** Two results of which one may have one row for all. */
  private static void compare(
      FamilyOnSpace member,
      String what,
      Place single,
      Place repeated,
      Function<Distribution, NDList> question) {
    List<HostArray> one = member.ask(single, question);
    List<HostArray> all = member.ask(repeated, question);
    for (int i = 0; i < one.size(); i++) {
      requireClose(
          "%s on %s with parameters of one row and the same repeated".formatted(what, member),
          spread(one.get(i).values(), all.get(i).values().length),
          all.get(i).values());
    }
  }

  private static void requireClose(String what, double[] found, double[] expected) {
    FamilyOnSpace.requireClose(what, found, expected, ROUNDING);
  }

  private static double[] spread(double[] row, int length) {
    return IntStream.range(0, length).mapToDouble(i -> row[i % row.length]).toArray();
  }

  private static void compareKl(FamilyOnSpace member, ParameterRows one) {
    ParameterRows other = ParameterRows.random(member.needs(), 1, 6);
    Optional<HostArray> expected = kl(member, one.repeat(ROWS), other.repeat(ROWS));
    for (int[] rows : new int[][] {{1, 1}, {1, ROWS}, {ROWS, 1}}) {
      Optional<HostArray> found = kl(member, one.repeat(rows[0]), other.repeat(rows[1]));
      String what = "kl on %s of %d and %d row(s)".formatted(member, rows[0], rows[1]);
      require(
          found.isPresent() == expected.isPresent(),
          what + ": answers for some numbers of rows and not for others");
      if (found.isPresent()) {
        double[] all = expected.get().values();
        requireClose(
            what + " and of the same repeated", spread(found.get().values(), all.length), all);
      }
    }
  }

  private static Optional<HostArray> kl(FamilyOnSpace member, ParameterRows q, ParameterRows p) {
    return KlDivergence.closed(member, q, member, p, ROWS);
  }

  @Rule
  void p8_modeAndMeanHaveTheRowsOfTheParameters() {
    for (FamilyOnSpace member : probes.realMembers()) {
      for (int rows : new int[] {1, ROWS}) {
        ParameterRows index = ParameterRows.random(member.needs(), rows, 8);
        Shape expected = new Shape(member.needs().isEmpty() ? 1 : rows);
        Shape shape = expected.addAll(member.space().shape());
        Place place = new Place(index, DataType.FLOAT64, ROWS, 1);
        List<HostArray> found =
            member.ask(place, d -> new NDList(d.mode(), d.mean(), d.logProb(d.mode())));
        member.requireShape("mode()", index, found.get(0), shape);
        member.requireShape("mean()", index, found.get(1), shape);
        member.requireFinite("logProb of the mode", index, found.get(2).values());
      }
    }
  }
}
