package io.varve.app.measure;

import io.varve.app.bundle.BundleData;
import io.varve.app.option.DataOptions;
import io.varve.app.option.Output;
import io.varve.inference.InferenceOptions;
import io.varve.inference.Tensor;
import io.varve.inference.bundle.Manifest;
import io.varve.inference.file.OutputFile;
import io.varve.report.metrics.DataPart;
import io.varve.training.data.set.Split;
import io.varve.training.fid.Extractor;
import io.varve.training.fid.Gaussian;
import io.varve.training.fid.Moments;
import io.varve.training.fid.Statistics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** The extractor of a Fréchet distance, and the real images. */
final class FidOptions {
  private static final Map<String, Extractor.Scale> SCALES = new LinkedHashMap<>();

  static {
    SCALES.put("0..1", Extractor.Scale.UNIT);
    SCALES.put("-1..1", Extractor.Scale.SYMMETRIC);
    SCALES.put("0..255", Extractor.Scale.BYTES);
  }

  @Option(
      names = "--features",
      required = true,
      paramLabel = "FILE.onnx",
      description = "The ONNX file that maps images to features: float32, NCHW or NHWC.")
  private Path features;

  @Option(
      names = "--feature-output",
      paramLabel = "NAME",
      defaultValue = "",
      description = "The output with the features; needed if the file has several.")
  private String featureOutput;

  @Option(
      names = "--input-size",
      paramLabel = "PIXELS",
      defaultValue = "0",
      description =
          "Resize images to this, if the file leaves the size open (default: no resizing).")
  private int size;

  @Option(
      names = "--scale",
      paramLabel = "RANGE",
      defaultValue = "0..1",
      description = "The values of black and white: 0..1, -1..1 or 0..255 (default: 0..1).")
  private String scale;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Take the real images from this folder of the bundle's data set.")
  private String data;

  @Option(
      names = "--split",
      description =
          "Which images of a data set that has two parts: train or test (default: train).")
  private DataPart part;

  @Option(
      names = "--images",
      paramLabel = "FOLDER",
      description = "Take the real images from this folder of PNG or JPEG files.")
  private Path images;

  @Option(
      names = "--real-images",
      paramLabel = "N",
      description = "Use only the first N real images (default: all).")
  private Integer limit;

  @Option(
      names = "--statistics",
      paramLabel = "FILE",
      description =
          "The mean and covariance of the real images: read if the file exists, written otherwise.")
  private Path statistics;

  @Option(names = "--batch", defaultValue = "64", description = "Images per batch (default: 64).")
  private int batch;

  int batch() {
    return batch;
  }

  /** Refuses options that contradict each other. */
  void check() {
    require(
        SCALES.containsKey(scale), "--scale: '" + scale + "', expected one of " + SCALES.keySet());
    require(batch >= 1, "--batch: must be at least 1, not " + batch);
    require(limit == null || limit >= 2, "--real-images: must be at least 2, not " + limit);
    require(
        data == null || images == null, "--data and --images: both name the real images; keep one");
    boolean named = data != null || images != null || limit != null;
    require(
        !(named && known()),
        "--statistics: %s exists and takes the place of --data, --images and --real-images; leave them out, or delete it"
            .formatted(statistics));
    if (statistics != null && !known()) {
      OutputFile.require(statistics);
    }
  }

  private boolean known() {
    return statistics != null && Files.exists(statistics);
  }

  Extractor extractor(InferenceOptions options) {
    return Extractor.open(
        features, new Extractor.Keys(size, SCALES.get(scale), featureOutput), options);
  }

  /**
   * The statistics of the real images, kept where asked for.
   *
   * @param otherwise the images where no folder of them is given
   */
  Gaussian real(Extractor extractor, Supplier<Split> otherwise) {
    if (known()) {
      return Statistics.read(statistics, extractor);
    }
    Split split = images == null ? otherwise.get() : folder("--images", images);
    Gaussian real = moments(extractor, limit == null ? split : split.first(limit));
    if (statistics != null) {
      Statistics.write(statistics, real, extractor);
      Output.say("wrote %s", statistics);
    }
    return real;
  }

  /** The data set of a bundle's model file. */
  Split data(Manifest manifest) {
    return BundleData.open(manifest, DataOptions.training(data, part));
  }

  /** The images of a folder that an option names, in colour. */
  static Split folder(String option, Path folder) {
    return BundleData.folder(option, folder, 3);
  }

  /** The statistics of all images of a split. */
  Gaussian moments(Extractor extractor, Split split) {
    return moments(
        extractor, split.size(), split.shape(), (from, to) -> BundleData.read(split, from, to));
  }

  /** The images {@code from} to {@code to}, one after the other. */
  interface ImageReader {
    byte[] read(int from, int to);
  }

  /** The statistics of so many images of one shape, a batch at a time. */
  Gaussian moments(Extractor extractor, int count, int[] shape, ImageReader images) {
    Moments moments = null;
    for (int from = 0; from < count; from += batch) {
      byte[] some = images.read(from, Math.min(count, from + batch));
      Tensor features = extractor.features(some, shape);
      moments = moments == null ? new Moments((int) features.shape()[1]) : moments;
      moments.add(features.values());
    }
    return moments.gaussian();
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
