package io.varve.bijectors;

import static io.varve.spi.TestPass.doubles;
import static io.varve.spi.TestPass.values;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.varve.bijectors.Made.Terms;
import io.varve.bijectors.Maf.Degrees;
import io.varve.bijectors.Maf.Order;
import io.varve.spi.Bijection;
import io.varve.spi.Mapped;
import io.varve.spi.Pass;
import io.varve.spi.TestPass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who depends on whom, found by moving one input after the other. */
class MadeTest {
  private static final int TRIALS = 60;

  /** Of the inputs of a large network one in so many is moved. */
  private static final int EVERY = 29;

  /** Moves an input so far that whatever reads it moves, and nothing saturates. */
  private static final double MOVE = 0.7;

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  /** A network with the shapes and keys that a seed says. */
  private record Case(Maf maf, int size, List<Integer> given, long seed) {
    static Case of(long seed) {
      Random random = new Random(seed);
      int size = 2 + random.nextInt(9);
      List<Integer> hidden = new ArrayList<>();
      for (int i = random.nextInt(4); i > 0; i--) {
        hidden.add(1 + random.nextInt(2 * size));
      }
      List<Integer> given = new ArrayList<>();
      for (int i = random.nextInt(3); i > 0; i--) {
        given.add(1 + random.nextInt(3));
      }
      Order order = List.of(Order.values()).get(random.nextInt(3));
      Degrees degrees = List.of(Degrees.values()).get(random.nextInt(2));
      return new Case(MafTest.keys(hidden, order, degrees, Gate.AFFINE), size, given, seed);
    }

    int contextSize() {
      return given.stream().mapToInt(i -> i).sum();
    }

    List<Shape> context() {
      return given.stream().map(Shape::new).toList();
    }
  }

  /** What each output of m and s reads: [D][C + D], context first. */
  private boolean[][] depends(Case the, Made made, Bijection holder) {
    return depends(the, made, holder, 1);
  }

  /** The same for every so manieth input; the others are left out. */
  private boolean[][] depends(Case the, Made made, Bijection holder, int every) {
    double noise = 1 / Math.sqrt(4.0 + the.size()); // nothing saturates
    Laws.initialise(manager, holder, DataType.FLOAT64, noise);
    int c = the.contextSize();
    int all = c + the.size();
    double[] at = doubles(values(manager, the.seed(), 1, all));
    double[][] before = terms(the, made, at);
    boolean[][] depends = new boolean[the.size()][all];
    for (int input = 0; input < all; input += every) {
      double[] moved = at.clone();
      moved[input] += MOVE;
      double[][] after = terms(the, made, moved);
      for (int output = 0; output < the.size(); output++) {
        boolean shifts = before[0][output] != after[0][output];
        assertThat(before[1][output] != after[1][output]).isEqualTo(shifts);
        depends[output][input] = shifts;
      }
    }
    return depends;
  }

  private double[][] terms(Case the, Made made, double... inputs) {
    NDList context = new NDList();
    int from = 0;
    for (int size : the.given()) {
      double[] own = Arrays.copyOfRange(inputs, from, from + size);
      context.add(manager.create(own, new Shape(1, size)));
      from += size;
    }
    double[] own = Arrays.copyOfRange(inputs, from, inputs.length);
    NDArray x = manager.create(own, new Shape(1, own.length));
    Pass pass = TestPass.of(manager, 1, DataType.FLOAT64, 1);
    Terms terms = made.at(pass, context).apply(x);
    return new double[][] {doubles(terms.m()), doubles(terms.s())};
  }

  /** The degrees of a layer as the paper counts them, from the mask offset on. */
  private static int[] degrees(Made made, String of, int offset) {
    Parameter buffer =
        made.parameters().stream()
            .filter(p -> p.getName().equals("degrees." + of))
            .findFirst()
            .orElseThrow();
    return Arrays.stream(doubles(buffer.getArray())).mapToInt(d -> offset + (int) d).toArray();
  }

  /** What can be reached through the masks: their product, by equations 12 and 13 of MADE. */
  private static boolean[][] reachable(Case the, Made made) {
    int c = the.contextSize();
    int[] inputs = new int[c + the.size()];
    Arrays.setAll(inputs, i -> i + 1);
    System.arraycopy(degrees(made, "input", c), 0, inputs, c, the.size());
    boolean[][] reached = new boolean[inputs.length][inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      reached[i][i] = true;
    }
    int[] below = inputs;
    for (int layer = 0; layer < the.maf().hidden().size(); layer++) {
      int[] own = degrees(made, "hidden" + layer, c);
      reached = times(mask(own, below, 0), reached);
      below = own;
    }
    int[] outputs = Arrays.copyOfRange(inputs, c, inputs.length);
    return times(mask(outputs, below, 1), reached);
  }

  private static boolean[][] mask(int[] units, int[] inputs, int more) {
    boolean[][] mask = new boolean[units.length][inputs.length];
    for (int k = 0; k < units.length; k++) {
      for (int d = 0; d < inputs.length; d++) {
        mask[k][d] = units[k] >= inputs[d] + more;
      }
    }
    return mask;
  }

  private static boolean[][] times(boolean[][] a, boolean[][] b) {
    boolean[][] product = new boolean[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < b[0].length; j++) {
        for (int k = 0; k < b.length; k++) {
          product[i][j] |= a[i][k] && b[k][j];
        }
      }
    }
    return product;
  }

  private static Bijection holder(Made made) {
    return new Bijection() {
      @Override
      public Mapped forward(Pass pass, NDArray x, NDList context) {
        throw new IllegalStateException("holds parameters only");
      }

      @Override
      public Mapped inverse(Pass pass, NDArray y, NDList context) {
        throw new IllegalStateException("holds parameters only");
      }

      @Override
      public List<Parameter> parameters() {
        return made.parameters();
      }
    };
  }

  private static Made made(Case the) {
    return new Made(the.maf(), the.size(), the.context(), new Random(the.seed()));
  }

  @Test
  void noOutputDependsOnAnInputOrderedAtOrAfterIt() {
    for (long seed = 0; seed < TRIALS; seed++) {
      Case the = Case.of(seed);
      Made made = made(the);
      boolean[][] depends = depends(the, made, holder(made));
      int[] order = degrees(made, "input", 0);
      for (int output = 0; output < the.size(); output++) {
        for (int input = 0; input < the.size(); input++) {
          if (order[input] >= order[output]) {
            assertThat(depends[output][the.contextSize() + input]).as("%s", the).isFalse();
          }
        }
      }
    }
  }

  @Test
  void outputsDependOnWhatTheProductOfTheMasksReaches() {
    for (long seed = 0; seed < TRIALS; seed++) {
      Case the = Case.of(seed);
      Made made = made(the);
      boolean[][] depends = depends(the, made, holder(made));
      assertThat(depends).as("%s", the).isDeepEqualTo(reachable(the, made));
    }
  }

  /** Large layers leave out what no unit of a block reads. */
  @Test
  void blocksOfALargeNetworkReadWhatTheMasksLetThrough() {
    int size = 520;
    for (List<Integer> given : List.of(List.<Integer>of(), List.of(3))) {
      Maf maf =
          MafTest.keys(List.of(size + 10, size - 10), Order.RANDOM, Degrees.EQUAL, Gate.AFFINE);
      Case the = new Case(maf, size, given, 1);
      Made made = made(the);
      long weights =
          made.parameters().stream()
              .filter(p -> p.getName().contains(".weight"))
              .mapToLong(p -> p.getShape().size())
              .sum();
      assertThat(weights).isLessThan(4L * size * size * 2 / 3);
      boolean[][] depends = depends(the, made, holder(made), EVERY);
      boolean[][] reachable = reachable(the, made);
      for (int output = 0; output < size; output++) {
        for (int input = 0; input < the.contextSize() + size; input += EVERY) {
          assertThat(depends[output][input]).isEqualTo(reachable[output][input]);
        }
      }
    }
  }

  /** Two or three units beside very many have no four blocks. */
  @Test
  void fewUnitsBesideManyAreOneBlock() {
    for (List<Integer> hidden : List.of(List.of(131_072), List.of(90_000, 3))) {
      Maf maf = MafTest.keys(hidden, Order.RANDOM, Degrees.EQUAL, Gate.AFFINE);
      assertThat(new Made(maf, 3, List.of(), new Random(1)).parameters())
          .extracting(Parameter::getName)
          .contains("shift.weight");
    }
  }

  /** Hidden degrees that start one higher, as in section 9.2, would hide it from the first. */
  @Test
  void everyOutputReadsTheContextWhateverTheWidth() {
    int tried = 0;
    for (long seed = 0; seed < TRIALS; seed++) {
      Case the = Case.of(seed);
      Made made = made(the);
      boolean[][] depends = depends(the, made, holder(made));
      for (boolean[] output : depends) {
        for (int input = 0; input < the.contextSize(); input++) {
          assertThat(output[input]).as("%s", the).isTrue();
          tried++;
        }
      }
    }
    assertThat(tried).isPositive();
  }

  @Test
  void everyOutputReadsAllEarlierInputsWhereTheWidthAllows() {
    for (Order order : Order.values()) {
      for (Degrees degrees : Degrees.values()) {
        for (int size : new int[] {2, 5, 8}) {
          List<Integer> hidden = List.of(size, size + 3, size);
          Maf maf = MafTest.keys(hidden, order, degrees, Gate.AFFINE);
          Case the = new Case(maf, size, List.of(3, 1), size);
          Made made = made(the);
          boolean[][] depends = depends(the, made, holder(made));
          int[] place = degrees(made, "input", 0);
          for (int output = 0; output < size; output++) {
            for (int input = 0; input < 4 + size; input++) {
              boolean reads = input < 4 || place[input - 4] < place[output];
              assertThat(depends[output][input]).as("%s", the).isEqualTo(reads);
            }
          }
        }
      }
    }
  }

  @Test
  void ordersArePermutationsThatFollowTheSeed() {
    int size = 50;
    Random first = new Random(1);
    int[] random = Order.RANDOM.degrees(size, first);
    assertThat(random).isEqualTo(Order.RANDOM.degrees(size, new Random(1)));
    assertThat(random).isNotEqualTo(Order.RANDOM.degrees(size, new Random(2)));
    int[] natural = Order.NATURAL.degrees(size, first);
    assertThat(random).containsExactlyInAnyOrder(natural).isNotEqualTo(natural);
    assertThat(natural[0]).isEqualTo(1);
    assertThat(Order.REVERSED.degrees(3, first)).containsExactly(3, 2, 1);
  }
}
