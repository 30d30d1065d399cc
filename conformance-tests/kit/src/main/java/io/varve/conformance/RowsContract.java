package io.varve.conformance;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.conformance.Member.Found;
import io.varve.conformance.Member.Place;
import io.varve.spi.Distribution;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The rules about rows of parameters: P7 and P8. */
abstract class RowsContract extends FamilyContract {
  /** Two orders of the same sums in double precision. */
  private static final double ROUNDING = 1e-9;

  RowsContract(Subject subject) {
    super(subject);
  }

  @Rule
  public void p7_oneRowOfParametersIsThatRowRepeated() {
    for (Member member : members()) {
      Index one = Index.random(member.needs(), 1, 5);
      Place repeated = new Place(one.repeat(ROWS), DataType.FLOAT64, ROWS, 7);
      Place single = new Place(one, DataType.FLOAT64, ROWS, 7);
      double[] values = member.draw(repeated).values();
      compare(member, "draw()", single, repeated, FamilyContract::drawn);
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
      Member member,
      String what,
      Place single,
      Place repeated,
      Function<Distribution, NDList> question) {
    List<Found> one = member.ask(single, question);
    List<Found> all = member.ask(repeated, question);
    for (int i = 0; i < one.size(); i++) {
      requireClose(
          "%s on %s with parameters of one row and the same repeated".formatted(what, member),
          spread(one.get(i).numbers(), all.get(i).numbers().length),
          all.get(i).numbers());
    }
  }

  private static void requireClose(String what, double[] found, double[] expected) {
    requireClose(what, found, expected, ROUNDING);
  }

  private static double[] spread(double[] row, int length) {
    return IntStream.range(0, length).mapToDouble(i -> row[i % row.length]).toArray();
  }

  private static void compareKl(Member member, Index one) {
    Index other = Index.random(member.needs(), 1, 6);
    Optional<Found> expected = kl(member, one.repeat(ROWS), other.repeat(ROWS));
    for (int[] rows : new int[][] {{1, 1}, {1, ROWS}, {ROWS, 1}}) {
      Optional<Found> found = kl(member, one.repeat(rows[0]), other.repeat(rows[1]));
      String what = "kl on %s of %d and %d row(s)".formatted(member, rows[0], rows[1]);
      require(
          found.isPresent() == expected.isPresent(),
          what + ": answers for some numbers of rows and not for others");
      if (found.isPresent()) {
        double[] all = expected.get().numbers();
        requireClose(
            what + " and of the same repeated", spread(found.get().numbers(), all.length), all);
      }
    }
  }

  private static Optional<Found> kl(Member member, Index q, Index p) {
    return Divergence.closed(member, q, member, p, ROWS);
  }

  @Rule
  public void p8_modeAndMeanHaveTheRowsOfTheParameters() {
    for (Member member : realMembers()) {
      for (int rows : new int[] {1, ROWS}) {
        Index index = Index.random(member.needs(), rows, 8);
        Shape expected = new Shape(member.needs().isEmpty() ? 1 : rows);
        Shape shape = expected.addAll(member.space().shape());
        Place place = new Place(index, DataType.FLOAT64, ROWS, 1);
        List<Found> found =
            member.ask(place, d -> new NDList(d.mode(), d.mean(), d.logProb(d.mode())));
        requireShape(member, "mode()", index, found.get(0), shape);
        requireShape(member, "mean()", index, found.get(1), shape);
        requireFinite(member, "logProb of the mode", index, found.get(2).numbers());
      }
    }
  }
}
