package io.varve.report;

import io.varve.inference.ActiveUnits;
import io.varve.inference.bundle.Term;
import io.varve.report.Report.ImportanceBound;
import io.varve.report.Report.Measured;
import io.varve.report.Report.Picture;
import io.varve.report.Report.Reproduction;
import io.varve.report.Report.Summary;
import io.varve.report.metrics.BoundScore;
import io.varve.report.metrics.DataPart;
import io.varve.report.metrics.Estimate;
import io.varve.report.metrics.OptimizationState;
import io.varve.report.metrics.Point;
import io.varve.report.picture.PictureBatch;
import io.varve.report.picture.PictureGrid;
import io.varve.report.picture.Png;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Made-up runs that look like real ones. */
public final class SampleRuns {
  private static final int STEPS_AN_EPOCH = 235;
  private static final int IMAGES = 32;
  private static final PictureBatch.Size DIGIT = new PictureBatch.Size(1, 28, 28, 256);

  private static final List<Picture> PICTURES = pictures();

  private SampleRuns() {}

  /** A run of so many epochs with so many latent nodes: a steep start, then a slow rise. */
  public static List<Point> points(int epochs, int nodes) {
    Random random = new Random(7);
    List<Point> points = new ArrayList<>();
    for (long step = 0; step <= (long) epochs * STEPS_AN_EPOCH; step += 5) {
      points.add(point(step, DataPart.TRAIN, nodes, random));
      if (step % STEPS_AN_EPOCH == 0 && step > 0) {
        points.add(point(step, DataPart.TEST, nodes, random));
      }
    }
    return points;
  }

  /** One measurement without noise. */
  public static Point point(long step, DataPart split) {
    return point(step, split, 2, new Random(step));
  }

  private static Point point(long step, DataPart split, int nodes, Random random) {
    double noise = split == DataPart.TRAIN ? random.nextGaussian() : -1.2;
    double bound = -92 - 450 * Math.exp(-step / 60.0) - 26 * Math.exp(-step / 900.0) + noise;
    Map<String, Double> terms = new LinkedHashMap<>();
    double all = 0;
    for (int i = 1; i <= nodes; i++) {
      double active = 24.0 / i * (1 - Math.exp(-step / (90.0 * i)));
      double kl = Math.max(0, active * (1 + 0.02 * random.nextGaussian()));
      terms.put(Term.kl(nodes == 1 ? "z" : "z" + i), kl);
      all += kl;
    }
    terms.put("log_p.x", bound + all);
    double gradient = 12 + 900 * Math.exp(-step / 80.0) + 3 * Math.abs(random.nextGaussian());
    double rate = 1e-3 * Math.min(1, (step + 1) / 200.0) * Math.exp(-step / 3000.0);
    OptimizationState state =
        new OptimizationState(
            Math.min(1, step / 1000.0),
            rate,
            gradient,
            step / 1500,
            4100 + 90 * random.nextGaussian(),
            step / 17.0);
    BoundScore score = new BoundScore(bound, -bound / 784 / Math.log(2), terms);
    return new Point(step, step / (double) STEPS_AN_EPOCH, split, score, state);
  }

  /** The same point with another bound. */
  public static Point bound(Point point, double bound) {
    BoundScore score = new BoundScore(bound, point.score().bitsPerDim(), point.score().terms());
    return new Point(point.step(), point.epoch(), point.split(), score, point.state());
  }

  static Report report(List<Point> points) {
    String model =
        """
        name: vae-mlp-mnist
        data: {type: idx, path: data/mnist, binarize: dynamic}
        model:
          type: graph
          nodes:
            - latent: z
              shape: [50]
              p: {family: standard-normal}
              q: {family: normal, given: [x], network: {type: mlp, hidden: [512, 512]}}
            - observed: x
              p: {family: bernoulli, given: [z], network: {type: mlp, hidden: [512, 512]}}
        training: {epochs: 20, batch: 256, optimiser: {type: adam, rate: 0.001}}
        """;
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("JDK", "17.0.15 (Debian)");
    environment.put("DJL", "0.35.1");
    environment.put("libtorch", "2.7.1, cpu");
    environment.put("Cores", "2");
    environment.put("Threads", "2");
    Summary summary =
        new Summary(
            "MNIST, 60,000 training and 10,000 test images of 1 x 28 x 28",
            "cpu",
            1_378_916,
            "evidence lower bound",
            new Measured(
                Optional.of(
                    new ImportanceBound(
                        new Estimate(-92.31, 0.5), new Estimate(0.17, 0.001), 500, 100, "")),
                Map.of("z1", new ActiveUnits.Count(17, 50)),
                Optional.empty()));
    Reproduction reproduction =
        new Reproduction(model, "varve train vae-mlp-mnist.yaml --out runs/mnist", environment);
    return new Report("vae-mlp-mnist", summary, points, PICTURES, reproduction);
  }

  private static List<Picture> pictures() {
    List<Picture> pictures = new ArrayList<>();
    for (int epoch : new int[] {1, 5, 20}) {
      Png png = PictureGrid.samples(blobs(16, epoch), 4);
      pictures.add(new Picture("Samples during training", "epoch " + epoch, png));
    }
    pictures.add(
        new Picture(
            "Samples", "64 images from the prior, seed 1", PictureGrid.samples(blobs(64, 3), 16)));
    List<PictureGrid.Row> rows =
        List.of(
            new PictureGrid.Row("x", blobs(IMAGES, 1)),
            new PictureGrid.Row("{z1}", blobs(IMAGES, 2)),
            new PictureGrid.Row("{z1, z2}", blobs(IMAGES, 3)));
    String caption = "x, and what is left of it when only the named variables are carried";
    pictures.add(new Picture("Reconstructions", caption, PictureGrid.compare(rows, 16)));
    return pictures;
  }

  /** Soft rings, sharper the larger {@code sharpness} is. */
  public static PictureBatch blobs(int count, int sharpness) {
    Random random = new Random(5);
    float[] values = new float[count * 28 * 28];
    for (int n = 0, at = 0; n < count; n++) {
      double radius = 4 + 5 * random.nextDouble();
      double squash = 0.6 + 0.8 * random.nextDouble();
      for (int y = 0; y < 28; y++) {
        for (int x = 0; x < 28; x++, at++) {
          double distance = Math.hypot((x - 13.5) * squash, (y - 13.5) / squash) - radius;
          values[at] = (float) (255 * Math.exp(-distance * distance * sharpness / 8));
        }
      }
    }
    return PictureBatch.of(values, DIGIT);
  }
}
