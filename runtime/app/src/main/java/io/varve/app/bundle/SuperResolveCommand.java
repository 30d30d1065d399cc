package io.varve.app.bundle;

import io.varve.app.option.AtLeast;
import io.varve.app.option.Output;
import io.varve.inference.Bundle;
import io.varve.inference.Tensor;
import io.varve.inference.bundle.Manifest;
import io.varve.inference.image.CubicResampling;
import io.varve.report.picture.PictureBatch;
import io.varve.report.picture.PictureGrid;
import io.varve.report.picture.Psnr;
import io.varve.training.data.set.Split;
import io.varve.training.data.set.WrongSize;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes whole images from values of a derived variable, such as small images. */
@Command(
    name = "super-resolve",
    mixinStandardHelpOptions = true,
    description = {
      "Makes large images from small ones and writes a PNG. The bundle's model must derive small images.",
      "Uses y alone: infers the latents behind it, and draws the others and x. Without --given, the bundle computes y from the data, and the result is compared with the original and with bicubic enlargement. Any other derived variable, such as a sketch, works as well."
    })
public final class SuperResolveCommand implements Callable<Integer> {
  private static final int COLUMNS = 16;

  @Mixin private VariationOptions options;
  @Mixin private PictureOption picture;
  @Mixin private Output output;

  @Option(
      names = "--given",
      paramLabel = "FOLDER",
      description =
          "A folder of PNG or JPEG files of y's own size, to use instead of the data set.")
  private Path given;

  @Option(
      names = "--variable",
      paramLabel = "Y",
      description = "The derived variable (default: the model's finest).")
  private String variable;

  @Option(
      names = "-n",
      paramLabel = "N",
      defaultValue = "16",
      description = "How many images (default: 16).")
  private int count;

  @Override
  public Integer call() {
    picture.require();
    AtLeast.of(1, "-n", count);
    try (Bundle bundle = options.bundle.open()) {
      Manifest manifest = bundle.manifest();
      Manifest.Variable y = derived(manifest);
      Optional<byte[]> originals = given == null ? Optional.of(data(manifest)) : Optional.empty();
      Tensor values =
          originals
              .map(images -> bundle.infer(images, options.bundle.seed).get(y.name()))
              .orElseGet(() -> foreign(y));
      Tensor pixels = options.of(bundle).superResolve(y.name(), values).get("pixels.mean");
      Sheet sheet = new Sheet(manifest.data(), originals);
      byte[] small = BundlePictures.bytes(values, y.levels());
      sheet.rows.add(
          new PictureGrid.Row(label(y), PictureBatch.of(small, BundlePictures.size(y.shape()))));
      if (reduced(y, manifest.data())) {
        sheet.add("bicubic", "bicubic_psnr_db", enlarged(small, y, manifest.data()));
      }
      String name = reduced(y, manifest.data()) ? "super-resolution" : "x given " + y.name();
      sheet.add(name, "psnr_db", pixels.bytes(1));
      originals.ifPresent(
          images ->
              sheet.rows.add(
                  new PictureGrid.Row("original", BundlePictures.of(images, manifest.data()))));
      PictureGrid.compare(sheet.rows, COLUMNS).write(picture.file);
      Map<String, Object> results = new LinkedHashMap<>();
      results.put("variable", y.name());
      results.put("images", values.rows());
      results.putAll(sheet.measures);
      results.put("seed", options.bundle.seed);
      results.put("out", picture.file.toString());
      output.results(results);
      return 0;
    }
  }

  /** The rows of the picture, and how near to the original they come. */
  private static final class Sheet {
    private final Manifest.Space data;
    private final Optional<byte[]> originals;
    private final List<PictureGrid.Row> rows = new ArrayList<>();
    private final Map<String, Double> measures = new LinkedHashMap<>();

    Sheet(Manifest.Space data, Optional<byte[]> originals) {
      this.data = data;
      this.originals = originals;
    }

    void add(String name, String key, byte[] images) {
      PictureBatch.Size size = BundlePictures.size(data.shape());
      Optional<Double> psnr = originals.map(x -> Psnr.mean(x, images, size.scalars()));
      psnr.ifPresent(value -> measures.put(key, value));
      String label = psnr.map(v -> String.format(Locale.ROOT, "%s\n%.1f dB", name, v)).orElse(name);
      rows.add(new PictureGrid.Row(label, PictureBatch.of(images, size)));
    }
  }

  private Manifest.Variable derived(Manifest manifest) {
    List<Manifest.Variable> all = manifest.variables("derived");
    if (all.isEmpty()) {
      throw new IllegalArgumentException(
          options.bundle.path
              + ": its model derives nothing of x to start from; super-resolution needs one that does, such as selfvae");
    }
    if (variable == null) {
      return all.get(all.size() - 1);
    }
    return all.stream()
        .filter(v -> v.name().equals(variable))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--variable: '%s' is no derived variable; this model's are %s"
                        .formatted(variable, all.stream().map(Manifest.Variable::name).toList())));
  }

  private byte[] data(Manifest manifest) {
    Split split = BundleData.open(manifest, options.data);
    return BundleData.read(split, 0, Math.min(count, split.size()));
  }

  /** The files of {@code --given} on the variable's grid. */
  private Tensor foreign(Manifest.Variable y) {
    Split files = BundleData.folder("--given", given, y.shape().get(0).intValue());
    Optional<String> wrong = WrongSize.of(files, "'" + y.name() + "' is", y.shape());
    if (wrong.isPresent()) {
      throw new IllegalArgumentException("--given: " + wrong.get());
    }
    byte[] pixels = BundleData.read(files, 0, Math.min(count, files.size()));
    return BundlePictures.values(pixels, y.shape(), y.levels());
  }

  private static String label(Manifest.Variable y) {
    List<Long> shape = y.shape();
    return y.name() + "\n" + shape.get(0) + " x " + shape.get(1) + " x " + shape.get(2);
  }

  private static boolean reduced(Manifest.Variable y, Manifest.Space data) {
    return y.shape().get(0).equals(data.shape().get(0))
        && y.shape().get(1) < data.shape().get(1)
        && y.shape().get(2) < data.shape().get(2);
  }

  private static byte[] enlarged(byte[] small, Manifest.Variable y, Manifest.Space data) {
    PictureBatch.Size from = BundlePictures.size(y.shape());
    PictureBatch.Size to = BundlePictures.size(data.shape());
    CubicResampling resampling =
        new CubicResampling(from.height(), from.width(), to.height(), to.width());
    int planes = small.length / (from.height() * from.width());
    byte[] large = new byte[planes * to.height() * to.width()];
    for (int i = 0; i < planes; i++) {
      int into = i * to.height() * to.width();
      resampling.apply(small, i * from.height() * from.width(), large, into);
    }
    return large;
  }
}
