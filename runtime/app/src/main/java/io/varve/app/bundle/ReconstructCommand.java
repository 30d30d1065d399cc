package io.varve.app.bundle;

import io.varve.app.option.AtLeast;
import io.varve.app.option.Output;
import io.varve.inference.Bundle;
import io.varve.inference.Request;
import io.varve.inference.Tensor;
import io.varve.inference.bundle.Manifest;
import io.varve.inference.bundle.Mode;
import io.varve.report.picture.ModeGrid;
import io.varve.report.picture.PictureBatch;
import io.varve.report.picture.Psnr;
import io.varve.training.data.set.Item;
import io.varve.training.data.set.Split;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Reconstructs images from some of their variables. */
@Command(
    name = "reconstruct",
    mixinStandardHelpOptions = true,
    description = {
      "Reconstructs images from the variables you keep and writes a PNG, or one file per picture.",
      "Infers all variables, keeps the carried ones and draws the rest. Shows originals above and reconstructions below, with the mode's name, the carried variables, their scalars over those of x, and the PSNR."
    },
    footer = {
      "",
      "A mode is a set of carried variables. A VAE has 'reconstruction', which carries its latents. The self-supervised VAE has 'reconstruction-1' {u}, 'reconstruction-2' {u, z}, 'conditional-generation' {y, u} and 'conditional-reconstruction' {y, z}. With more levels, these are numbered from coarse to fine. 'generation' carries nothing."
    })
public final class ReconstructCommand implements Callable<Integer> {
  private static final int COLUMNS = 16;

  /** Images that are in memory at once where each gets a file. */
  private static final int CHUNK = 256;

  @Mixin private VariationOptions options;
  @Mixin private PicturesOption out;
  @Mixin private Output output;
  @ArgGroup private Choice choice = new Choice();

  /** Three ways to say what is carried, of which one is used. */
  private static final class Choice {
    @Option(
        names = "--carry",
        paramLabel = "VARIABLES",
        split = ",",
        description = "The variables to keep, as u,z1 (default: every latent).")
    private List<String> carry = List.of();

    @Option(
        names = "--mode",
        paramLabel = "NAMES",
        split = ",",
        description = "Modes by name, as reconstruction-1,reconstruction-2; one row each.")
    private List<String> modes = List.of();

    @Option(
        names = "--grid",
        description =
            "Show every mode that the bundle has graphs for, side by side; same as --mode all.")
    private boolean grid;
  }

  @Option(
      names = "-n",
      paramLabel = "N",
      description = "How many images (default: 16 on a sheet, all of them into a folder).")
  private Integer count;

  @Override
  public Integer call() {
    out.require();
    if (count != null) {
      AtLeast.of(1, "-n", count);
    }
    try (Bundle bundle = options.bundle.open()) {
      List<Mode> modes = modes(bundle);
      Split all = BundleData.open(bundle.manifest(), options.data);
      Split images = all.first(Math.min(wanted(all), all.size()));
      if (count == null && images.size() < all.size()) {
        Output.say("note: the first %d of %d images; -n says how many", images.size(), all.size());
      }
      Map<String, Map<String, Object>> results =
          out.place.folder() ? files(bundle, modes, images) : sheet(bundle, modes, images);
      output.results(results(results, images.size()));
      return 0;
    }
  }

  private int wanted(Split all) {
    if (count != null) {
      return count;
    }
    return out.place.folder() ? all.size() : COLUMNS;
  }

  private Map<String, Map<String, Object>> sheet(Bundle bundle, List<Mode> modes, Split split) {
    Manifest manifest = bundle.manifest();
    PictureBatch.Size size = BundlePictures.size(manifest.data().shape());
    byte[] images = BundleData.read(split, 0, split.size());
    ModeGrid grid = new ModeGrid(images, size, manifest.variables());
    Map<String, Map<String, Object>> results = new LinkedHashMap<>();
    for (Mode mode : modes) {
      byte[] pixels = pixels(bundle, mode, images, 0);
      grid.add(mode, pixels);
      List<Double> psnr = Psnr.each(images, pixels, size.scalars());
      results.put(mode.name(), results(mode, manifest, psnr));
    }
    grid.png(COLUMNS).write(out.place.path());
    return results;
  }

  /** A file of each picture, which has the name of the image that it is made from. */
  private Map<String, Map<String, Object>> files(Bundle bundle, List<Mode> modes, Split images) {
    PictureBatch.Size size = BundlePictures.size(bundle.manifest().data().shape());
    Map<String, Map<String, Object>> results = new LinkedHashMap<>();
    for (Mode mode : modes) {
      PictureFolder folder = folder(mode, modes.size());
      List<Item> items = mode.carried().isEmpty() ? List.of() : images.items();
      List<Double> psnr = new ArrayList<>();
      for (int from = 0; from < images.size(); from += CHUNK) {
        int to = Math.min(images.size(), from + CHUNK);
        byte[] originals = BundleData.read(images, from, to);
        byte[] pixels = pixels(bundle, mode, originals, from);
        PictureBatch pictures = PictureBatch.of(pixels, size);
        if (items.isEmpty()) {
          folder.add(pictures);
        } else {
          folder.add(pictures, items.subList(from, to).stream().map(Item::name).toList());
        }
        psnr.addAll(Psnr.each(originals, pixels, size.scalars()));
      }
      results.put(mode.name(), results(mode, bundle.manifest(), psnr));
    }
    return results;
  }

  /** The folder itself, or one within it for each of several modes. */
  private PictureFolder folder(Mode mode, int modes) {
    Path folder = out.place.path();
    return PictureFolder.make(modes == 1 ? folder : folder.resolve(mode.name()));
  }

  private List<Mode> modes(Bundle bundle) {
    List<Mode> known = Mode.of(bundle.manifest().variables());
    if (choice.grid || choice.modes.equals(List.of("all"))) {
      return offered(bundle, known);
    }
    if (!choice.modes.isEmpty()) {
      return choice.modes.stream().map(name -> named(name, known)).toList();
    }
    Set<String> carried = new LinkedHashSet<>(choice.carry);
    if (carried.isEmpty()) {
      bundle.manifest().variables("latent").forEach(latent -> carried.add(latent.name()));
    }
    return known.stream()
        .filter(mode -> mode.carried().equals(carried))
        .findFirst()
        .map(List::of)
        .orElseGet(() -> List.of(new Mode("", carried)));
  }

  private List<Mode> offered(Bundle bundle, List<Mode> known) {
    List<Mode> offered = known.stream().filter(bundle::offers).toList();
    List<String> missing = new ArrayList<>();
    known.stream().filter(mode -> !offered.contains(mode)).forEach(m -> missing.add(m.name()));
    if (offered.isEmpty()) {
      throw new IllegalArgumentException(
          options.bundle.path
              + ": has no graph for any of the modes "
              + missing
              + "; export it again with --graphs bound,modes");
    }
    if (!missing.isEmpty()) {
      Output.say(
          "note: %s has no graph for %s; export it again with --graphs bound,modes",
          options.bundle.path, missing);
    }
    return offered;
  }

  private static Mode named(String name, List<Mode> known) {
    return known.stream()
        .filter(mode -> mode.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--mode: '%s' is no mode of this model; known are %s and all"
                        .formatted(name, known.stream().map(Mode::name).toList())));
  }

  private byte[] pixels(Bundle bundle, Mode mode, byte[] images, int firstRow) {
    int rows = images.length / BundlePictures.size(bundle.manifest().data().shape()).scalars();
    Request request =
        Request.of(options.bundle.seed).withFirstRow(firstRow).withTemperature(options.temperature);
    Map<String, Tensor> values =
        mode.carried().isEmpty()
            ? bundle.generate(rows, request)
            : bundle.reconstruct(images, mode.carried(), request);
    return values.get("pixels.mean").bytes(1);
  }

  private static Map<String, Object> results(Mode mode, Manifest manifest, List<Double> psnr) {
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("carried", List.copyOf(mode.carried()));
    results.put("memory_ratio", mode.memoryRatio(manifest.variables()));
    if (!mode.carried().isEmpty()) {
      results.put("psnr_db", Psnr.mean(psnr));
    }
    return results;
  }

  /** The results of one mode at the top level, those of several under their names. */
  private Map<String, Object> results(Map<String, Map<String, Object>> modes, int images) {
    Map<String, Object> results = new LinkedHashMap<>();
    if (modes.size() == 1) {
      modes.forEach(
          (name, values) -> {
            results.put("mode", name);
            results.putAll(values);
          });
    } else {
      results.put("modes", modes);
    }
    results.put("images", images);
    results.put("out", out.place.toString());
    return results;
  }
}
