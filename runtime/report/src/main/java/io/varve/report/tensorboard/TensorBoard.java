package io.varve.report.tensorboard;

import io.varve.inference.file.Folders;
import io.varve.report.metrics.DataPart;
import io.varve.report.metrics.OptimizationState;
import io.varve.report.metrics.Point;
import io.varve.report.picture.Png;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Event files that TensorBoard shows live: {@code tensorboard --logdir FOLDER}.
 *
 * <p>The training and the test split are two runs, {@code train} and {@code test}, so that their
 * curves lie in one chart; pictures are a third. Events reach the operating system before a call
 * returns. Not for use by several threads at once.
 */
public final class TensorBoard implements AutoCloseable {
  private final Map<DataPart, EventFile> files = new EnumMap<>(DataPart.class);
  private final Path pictureFolder;
  private final int keptPictures;

  /** The pictures of one step, in a file of their own, so that old ones can be deleted. */
  private Optional<EventFile> pictures = Optional.empty();

  private long pictureStep;

  /**
   * Starts new event files in a folder; earlier files stay, their events after {@code step} are
   * superseded.
   *
   * @param step the optimiser step that training continues from; 0 for a new run
   * @param keptPictures of how many steps the pictures are kept, the last ones
   * @throws IllegalArgumentException if the folder cannot be written
   */
  public TensorBoard(Path folder, long step, int keptPictures) {
    this.pictureFolder = folder.resolve("pictures");
    this.keptPictures = keptPictures;
    for (DataPart split : DataPart.values()) {
      files.put(split, EventFile.create(folder.resolve(split.label()), step + 1));
    }
  }

  /**
   * Adds all of a point's numbers as scalars.
   *
   * @throws IllegalArgumentException if the disk refuses
   */
  public void add(Point point) {
    Map<String, Double> scalars = new LinkedHashMap<>();
    scalars.put("bound/nats", point.score().bound());
    scalars.put("bound/bits_per_dim", point.score().bitsPerDim());
    point.score().importance().ifPresent(nats -> scalars.put("bound/importance_nats", nats));
    point.score().terms().forEach((name, value) -> scalars.put("terms/" + name, value));
    if (point.split() == DataPart.TRAIN) {
      OptimizationState state = point.state();
      scalars.put("optimiser/beta", state.beta());
      scalars.put("optimiser/rate", state.rate());
      scalars.put("optimiser/gradient_norm", state.gradientNorm());
      scalars.put("optimiser/skipped", (double) state.skipped());
      scalars.put("optimiser/images_per_second", state.imagesPerSecond());
    }
    files.get(point.split()).scalars(point.step(), scalars);
  }

  /**
   * Adds a picture, to the run {@code pictures}.
   *
   * @param tag its name, the same at every step
   * @throws IllegalArgumentException if the disk refuses
   */
  public void image(String tag, long step, Png png) {
    if (pictures.isEmpty() || step != pictureStep) {
      pictures.ifPresent(EventFile::close);
      pictures = Optional.of(EventFile.create(pictureFolder, step));
      pictureStep = step;
      Folders.keepLast(pictureFolder, EventFile.NAME, keptPictures);
    }
    pictures.get().image(step, tag, png);
  }

  @Override
  public void close() {
    files.values().forEach(EventFile::close);
    pictures.ifPresent(EventFile::close);
  }
}
