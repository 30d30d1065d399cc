package io.varve.training.log;

import io.varve.inference.bundle.Manifest;
import io.varve.inference.bundle.Mode;
import io.varve.inference.file.Folders;
import io.varve.report.Report;
import io.varve.report.metrics.DataPart;
import io.varve.report.metrics.Metrics;
import io.varve.report.metrics.Point;
import io.varve.report.picture.ModeGrid;
import io.varve.report.picture.PictureBatch;
import io.varve.report.picture.PictureGrid;
import io.varve.report.picture.PlanePanels;
import io.varve.report.picture.Png;
import io.varve.report.tensorboard.TensorBoard;
import io.varve.training.data.set.Split;
import io.varve.training.evaluation.Evaluator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** What a run tells as it goes: metrics, event files, pictures, and the page that sums them up. */
public final class RunLog implements AutoCloseable {
  private static final int PICTURES = 64;
  private static final int PAIRS = 16;
  private static final int COLUMNS = 16;
  private static final String SAMPLES =
      "Means of p(x | z), z drawn from the prior; where x has a flow, which leaves no mean, draws of x";

  private final Path folder;
  private final String title;
  private final int keptPictures;
  private final Metrics metrics;
  private final TensorBoard events;
  private final List<Point> points;

  /**
   * Goes on after a step. Lines and events of later steps are dropped.
   *
   * @param title the model's name
   * @param keptPictures of how many evaluations the pictures are kept, the last ones
   */
  public RunLog(Path folder, String title, long step, int keptPictures) {
    this.folder = folder;
    this.keptPictures = keptPictures;
    this.title = title;
    Path file = folder.resolve("metrics.jsonl");
    this.metrics = Metrics.resume(file, step);
    this.events = new TensorBoard(folder.resolve("events"), step, keptPictures);
    this.points = new ArrayList<>(Metrics.read(file));
  }

  /** Whether the test images were measured after this step. */
  public boolean isTested(long step) {
    return points.stream().anyMatch(p -> p.step() == step && p.split() == DataPart.TEST);
  }

  /** Adds a measurement. */
  public void add(Point point) {
    points.add(point);
    metrics.append(point);
    events.add(point);
  }

  /**
   * Draws samples and reconstructions into {@code samples/}; of points of the plane, densities and
   * draws; nothing where images have other than one or three channels.
   */
  public List<Report.Picture> draw(Evaluator evaluator, Split test, long seed, long step) {
    int[] shape = test.shape();
    if (PlanePanels.holds(Arrays.stream(shape).asLongStream().toArray())) {
      return new PlanePictures(evaluator, test, seed)
          .pictures().stream().map(p -> picture(p.section(), p.caption(), p.png(), step)).toList();
    }
    if (shape[0] != 1 && shape[0] != 3) {
      return List.of();
    }
    PictureBatch.Size size = new PictureBatch.Size(shape[0], shape[1], shape[2], 256);
    Png samples =
        PictureGrid.samples(
            PictureBatch.of(evaluator.pictures().samples(PICTURES, seed), size), COLUMNS);
    List<Manifest.Variable> variables = evaluator.variables();
    List<Mode> modes = Mode.of(variables);
    if (modes.size() == 2) { // what a VAE generates is among the samples
      modes = modes.subList(0, 1);
    }
    List<byte[]> pictures =
        evaluator
            .pictures()
            .reconstructions(test, PAIRS, modes.stream().map(Mode::carried).toList(), seed);
    ModeGrid grid = new ModeGrid(pictures.get(0), size, variables);
    for (int i = 0; i < modes.size(); i++) {
      grid.add(modes.get(i), pictures.get(i + 1));
    }
    String reconstructions =
        "Test images, and what comes back in each mode: the variables that are carried, their"
            + " scalars over those of x, and the PSNR";
    return List.of(
        picture("Samples", SAMPLES, samples, step),
        picture("Reconstructions", reconstructions, grid.png(COLUMNS), step));
  }

  private Report.Picture picture(String section, String caption, Png png, long step) {
    String name = section.toLowerCase(Locale.ROOT);
    String file = String.format(Locale.ROOT, "%s-%010d.png", name, step);
    Path samples = folder.resolve("samples");
    png.write(samples.resolve(file));
    Folders.keepLast(samples, Pattern.compile(name + "-[0-9]{10}\\.png"), keptPictures);
    events.image(name, step, png);
    return new Report.Picture(section, caption, png);
  }

  /** Writes {@code report.html}. */
  public void report(
      Report.Summary summary, List<Report.Picture> pictures, Report.Reproduction reproduction) {
    new Report(title, summary, points, pictures, reproduction).write(folder.resolve("report.html"));
  }

  @Override
  public void close() {
    metrics.close();
    events.close();
  }
}
