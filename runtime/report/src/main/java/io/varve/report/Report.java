package io.varve.report;

import io.varve.inference.ActiveUnits;
import io.varve.inference.file.OutputFile;
import io.varve.report.metrics.Divergence;
import io.varve.report.metrics.Estimate;
import io.varve.report.metrics.Point;
import io.varve.report.picture.Png;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The report of a run: one HTML file for a screen, a phone or paper. It has no script and loads
 * nothing.
 *
 * @param title the model's name
 * @param summary what was trained on what
 * @param points the measurements in order, at any density; may be empty
 * @param pictures samples and reconstructions, in the order to be shown
 * @param reproduction what it takes to repeat the run
 */
public record Report(
    String title,
    Summary summary,
    List<Point> points,
    List<Picture> pictures,
    Reproduction reproduction) {
  /** Copies the lists. */
  public Report {
    points = List.copyOf(points);
    pictures = List.copyOf(pictures);
  }

  /**
   * What was trained on what.
   *
   * @param data the data set and its size, in a few words
   * @param device where it ran, such as {@code cpu} or {@code cuda:0}
   * @param parameters how many numbers were learned
   * @param objective what training maximised, in a few words
   * @param measured what is known at the end alone
   */
  public record Summary(
      String data, String device, long parameters, String objective, Measured measured) {}

  /**
   * What is measured at the end of training.
   *
   * @param importance the importance-weighted bound, where it was estimated
   * @param activeUnits of each latent, where they were counted
   * @param divergence from the density of the test data, where that is known
   */
  public record Measured(
      Optional<ImportanceBound> importance,
      Map<String, ActiveUnits.Count> activeUnits,
      Optional<Divergence> divergence) {
    /** Nothing yet. */
    public static final Measured NOTHING =
        new Measured(Optional.empty(), Map.of(), Optional.empty());

    /** Copies the counts, keeping their order. */
    public Measured {
      activeUnits = Collections.unmodifiableMap(new LinkedHashMap<>(activeUnits));
    }
  }

  /**
   * An importance-weighted bound (Burda et al. 2016, equation 8).
   *
   * @param bound nats per event
   * @param bitsPerDim the same in bits per dimension of the data
   * @param samples importance samples per event
   * @param images how many events it is a mean over
   * @param note what it is a bound of, where that is not log p(x); else empty
   */
  public record ImportanceBound(
      Estimate bound, Estimate bitsPerDim, int samples, int images, String note) {}

  /**
   * A picture of the report.
   *
   * @param section the heading it stands under, such as {@code Samples}; pictures of one section
   *     stand side by side where there is room
   * @param caption one line under it
   * @param png the picture
   */
  public record Picture(String section, String caption, Png png) {}

  /**
   * What it takes to repeat the run.
   *
   * @param model the model file's text, YAML
   * @param command the command line
   * @param environment versions, cores, threads and the like, in the order to be shown
   */
  public record Reproduction(String model, String command, Map<String, String> environment) {
    /** Copies the environment, keeping its order. */
    public Reproduction {
      environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
    }
  }

  /** The page. */
  public String html() {
    return ReportPage.of(this);
  }

  /**
   * Writes the page, atomically.
   *
   * @throws IllegalArgumentException if it cannot be written
   */
  public void write(Path file) {
    OutputFile.write(file, html().getBytes(StandardCharsets.UTF_8));
  }
}
