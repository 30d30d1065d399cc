package io.varve.training.log;

import io.varve.report.Report;
import io.varve.report.metrics.Numbers;
import io.varve.report.picture.PlanePanels;
import io.varve.training.data.set.DensityGrid;
import io.varve.training.data.set.Split;
import io.varve.training.evaluation.Evaluator;
import io.varve.training.evaluation.Scores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Pictures of a model whose data are points of the plane, two bytes each: its density beside that
 * of the data, and its draws beside the data.
 *
 * @param test the points that are shown, the first so many
 */
record PlanePictures(Evaluator evaluator, Split test, long seed) {
  private static final int POINTS = 10_000;
  private static final int BATCH = 4096;

  /** A picture of densities and one of points. */
  List<Report.Picture> pictures() {
    List<PlanePanels.DensityPanel> densities = new ArrayList<>();
    test.density()
        .ifPresent(grid -> densities.add(new PlanePanels.DensityPanel("data", masses(grid))));
    densities.add(new PlanePanels.DensityPanel("model", masses()));
    int n = Math.min(POINTS, test.size());
    List<PlanePanels.PointsPanel> points =
        List.of(
            new PlanePanels.PointsPanel(
                "test data", evaluator.pictures().seen(test.first(n), seed)),
            new PlanePanels.PointsPanel("model", evaluator.pictures().draws(n, seed)));
    String density =
        test.density().isPresent()
            ? "The density of the data and that of the model, on one scale of colours"
            : "The density of the model";
    String draws = Numbers.count(n) + " points of the test data, and as many draws of the model";
    return List.of(
        new Report.Picture("Density", density, PlanePanels.densities(densities)),
        new Report.Picture("Draws", draws, PlanePanels.points(points)));
  }

  private static double[] masses(DensityGrid grid) {
    double[] masses = new double[DensityGrid.SIDE * DensityGrid.SIDE];
    Arrays.setAll(masses, i -> grid.mass(i / DensityGrid.SIDE, i % DensityGrid.SIDE));
    return masses;
  }

  /** What the model's bound says of every cell; less than its mass where it has latents. */
  private double[] masses() {
    Scores scores = evaluator.evaluate(new Cells(), new Evaluator.Settings(0, BATCH, seed));
    double[] masses = scores.bounds();
    Arrays.setAll(masses, i -> Math.exp(masses[i] + scores.correction()[i]));
    return masses;
  }

  /** Every point there is, once. */
  private record Cells() implements Split {
    @Override
    public int size() {
      return DensityGrid.SIDE * DensityGrid.SIDE;
    }

    @Override
    public int[] shape() {
      return new int[] {2, 1, 1};
    }

    @Override
    public void read(int index, byte[] into, int offset) {
      into[offset] = (byte) (index / DensityGrid.SIDE);
      into[offset + 1] = (byte) (index % DensityGrid.SIDE);
    }
  }
}
