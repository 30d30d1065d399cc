package io.varve.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.varve.inference.bundle.Manifest;
import io.varve.inference.bundle.Mode;
import io.varve.inference.file.Safetensors;
import io.varve.inference.onnxruntime.OnnxRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

public class BundleTest {
  private static final int ROWS = 10;
  private static final long SEED = 42;

  /** Float rounding of sums of a dozen terms below 300. */
  private static final float ROUNDING = 1e-4f;

  @TempDir static Path folder;
  private static Bundle bundle;

  @BeforeAll
  static void open() {
    bundle = Bundle.open(TinyBundle.write(folder), onCpu());
  }

  @AfterAll
  static void close() {
    bundle.close();
  }

  @Test
  void scoresAsComputedByHand() {
    Score score = bundle.score(images(ROWS), SEED);
    for (int row = 0; row < ROWS; row++) {
      double[] z = latent(images(ROWS), row, row, 0);
      assertThat((double) score.bound()[row]).isCloseTo(sum(z), within((double) ROUNDING));
      double bits = -Arrays.stream(z).map(Math::abs).sum();
      assertThat((double) score.bitsPerDim()[row]).isCloseTo(bits, within((double) ROUNDING));
      double square = Arrays.stream(z).map(v -> v * v).sum();
      assertThat((double) score.terms().get("kl.z")[row])
          .isCloseTo(square, within(square * ROUNDING));
    }
    assertThat(score.terms()).containsOnlyKeys("log_p.x", "kl.z");
  }

  @Test
  void answersFromTheGraphsThatItWasOpenedFor() {
    try (Bundle some = Bundle.open(folder, onCpu().withWarmUp(true), Set.of("bound"))) {
      some.load();
      assertThat(some.score(images(ROWS), SEED).bound())
          .isEqualTo(bundle.score(images(ROWS), SEED).bound());
      Mode reconstruction = new Mode("reconstruction", Set.of("z"));
      assertThat(bundle.offers(reconstruction)).isTrue();
      assertThat(some.offers(reconstruction)).isFalse();
      assertThat(some.offers(new Mode("generation", Set.of()))).isFalse();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> some.infer(images(ROWS), SEED))
          .withMessageEndingWith("infer.onnx: was not opened with the bundle; name 'infer' there");
    }
  }

  @Test
  void drawsPieceByPieceWhatItDrawsInOneGo() {
    float[] whole = bundle.generate(ROWS, SEED, 1).get("x").values();
    float[] tail = bundle.generate(ROWS - 4, SEED, 1, 4).get("x").values();
    assertThat(tail)
        .containsExactly(
            Arrays.copyOfRange(whole, 4 * TinyBundle.PIXELS, whole.length), within(ROUNDING));
  }

  /** A session writes one file of timings. */
  @Test
  void singleRowsHaveASessionOfTheirOwnFromTheSecondOn(@TempDir Path timings) throws IOException {
    byte[] row = images(1);
    float[] expected = bundle.score(row, SEED).bound();
    InferenceOptions all = onCpu().withThreads(0);
    for (int runs : new int[] {1, 2, 3}) {
      assertThat(sessions(all, timings, row, expected, runs)).isEqualTo(Math.min(runs, 2));
      assertThat(sessions(all.withSpinning(true), timings, row, expected, runs)).isEqualTo(1);
      assertThat(sessions(all.withThreads(2), timings, row, expected, runs)).isEqualTo(1);
      assertThat(sessions(all.withPacked(0), timings, row, expected, runs)).isEqualTo(1);
    }
  }

  private static long sessions(
      InferenceOptions options, Path timings, byte[] row, float[] expected, int runs)
      throws IOException {
    Path own = Files.createTempDirectory(timings, "run");
    InferenceOptions timed =
        new InferenceOptions(
            options.device(),
            options.threads(),
            options.chunk(),
            options.spinning(),
            options.packed(),
            Optional.of(own.resolve("session")),
            false,
            options.warnings(),
            options.service());
    try (Bundle other = Bundle.open(folder, timed)) {
      other.score(images(ROWS), SEED);
      for (int i = 0; i < runs; i++) {
        assertThat(other.score(row, SEED).bound()).containsExactly(expected, within(ROUNDING));
      }
    }
    try (Stream<Path> files = Files.list(own)) {
      return files.count();
    }
  }

  /** The posterior mean of z is x W: of images that differ in one pixel, that pixel's row of W. */
  @Test
  void countsTheUnitsThatTellImagesApart() {
    byte[] images = new byte[2 * ROWS * TinyBundle.PIXELS];
    for (int i = 0; i < 2 * ROWS; i++) {
      images[i * TinyBundle.PIXELS + 3] = (byte) (i % 2 * 4); // W's row 3: .05, 0, -.05... times 4
    }
    for (int chunk : new int[] {3, 64}) {
      try (Bundle other = Bundle.open(folder, onCpu().withChunk(chunk))) {
        ActiveUnits units = new ActiveUnits();
        byte[] head = Arrays.copyOf(images, 8 * TinyBundle.PIXELS);
        other.addTo(units, head, SEED, 0);
        other.addTo(units, Arrays.copyOfRange(images, head.length, images.length), SEED, 8);
        assertThat(units.counts()).isEqualTo(Map.of("z", new ActiveUnits.Count(2, 3)));
      }
    }
  }

  @Test
  void isIndependentOfChunksAndPieces() {
    byte[] images = images(ROWS);
    float[] whole = bundle.score(images, SEED).bound();
    double[] weights = bundle.importanceBound(images, 7, SEED);
    for (int chunk : new int[] {1, 3, 9}) {
      try (Bundle other = Bundle.open(folder, onCpu().withChunk(chunk))) {
        assertThat(other.score(images, SEED).bound()).containsExactly(whole, within(ROUNDING));
        assertThat(other.importanceBound(images, 7, SEED))
            .containsExactly(weights, within((double) ROUNDING));
      }
    }
    byte[] tail = Arrays.copyOfRange(images, 4 * TinyBundle.PIXELS, images.length);
    assertThat(bundle.score(tail, SEED, 4).bound())
        .containsExactly(Arrays.copyOfRange(whole, 4, ROWS), within(ROUNDING));
    assertThat(bundle.importanceBound(tail, 7, SEED, 4))
        .containsExactly(Arrays.copyOfRange(weights, 4, ROWS), within((double) ROUNDING));
  }

  @Test
  void averagesImportanceWeightsAsComputedByHand() {
    int samples = 50; // more pairs than a chunk holds, with stretches that straddle its ends
    double[] bounds = bundle.importanceBound(images(ROWS), samples, SEED);
    for (int row = 0; row < ROWS; row++) {
      double mean = 0;
      for (int sample = 0; sample < samples; sample++) {
        mean += Math.exp(sum(latent(images(ROWS), row, row, sample))) / samples;
      }
      assertThat(bounds[row]).isCloseTo(Math.log(mean), within((double) ROUNDING));
    }
  }

  @Test
  void generatesWithTemperature() {
    Map<String, Tensor> cold = bundle.generate(3, SEED, 0);
    assertThat(cold).containsOnlyKeys("z", "x", "x.mean");
    assertThat(cold.get("x").shape()).containsExactly(3, 1, 2, 2);
    assertThat(cold.get("z").values()).containsOnly(0f, -0f);
    assertThat(cold.get("x").values()).containsOnly(0.5f);
    Tensor warm = bundle.generate(3, SEED, 1).get("z");
    float[] noise = new float[3 * TinyBundle.LATENTS];
    Philox.normal(SEED, "noise.z", 0, 3, 0, TinyBundle.LATENTS, noise);
    assertThat(warm.values()).containsExactly(noise);
    float[] hot = bundle.generate(1000, SEED, 3).get("x").values();
    float[] mean = bundle.generate(1000, SEED, 3).get("x.mean").values();
    for (int i = 0; i < hot.length; i++) {
      assertThat(hot[i] - mean[i]).isBetween(-ROUNDING, 1 + ROUNDING);
    }
  }

  @Test
  void reconstructsByInferringAndCarrying() {
    byte[] images = images(ROWS);
    Map<String, Tensor> inferred = bundle.infer(images, SEED);
    assertThat(inferred).containsOnlyKeys("z");
    Map<String, Tensor> expected = bundle.carry(inferred, SEED, 1);
    Map<String, Tensor> actual = bundle.reconstruct(images, Set.of("z"), SEED, 1);
    assertThat(actual).containsOnlyKeys("x", "x.mean", Manifest.RESIDUAL, Manifest.PASSES);
    assertThat(actual.get("x").values()).containsExactly(expected.get("x").values());
    for (int row = 0; row < ROWS; row++) {
      double[] z = latent(images, row, row, 0);
      double first = IntStream.range(0, 3).mapToDouble(i -> z[i] * TinyBundle.V[4 * i]).sum();
      assertThat((double) actual.get("x.mean").values()[4 * row])
          .isCloseTo(first, within((double) ROUNDING));
    }
  }

  @Test
  void refusesBadRequestsInOneLine() {
    refused(() -> bundle.score(new byte[7], SEED), "images: 7 bytes, expected a multiple of 4");
    refused(() -> bundle.infer(new byte[0], SEED), "images: 0 bytes, expected a multiple of 4");
    refused(() -> bundle.generate(0, SEED, 1), "n: 0, expected at least 1");
    refused(() -> bundle.generate(1, SEED, Float.NaN), "temperature: NaN, expected");
    refused(() -> bundle.score(images(1), SEED, -1), "first row: -1");
    refused(() -> bundle.importanceBound(images(1), 0, SEED), "samples: 0");
    refused(
        () -> bundle.reconstruct(images(1), Set.of("u", "z"), SEED, 1),
        folder
            + ": cannot carry [u], as the model has no such variable; those it can carry are [z]");
    refused(() -> bundle.run("encode", Map.of()), "has no graph 'encode', expected one of [bound");
    Tensor wide = new Tensor(new long[] {2, 4}, new float[8]);
    refused(
        () -> bundle.carry(Map.of("z", wide), SEED, 1),
        "input 'z': shape [2, 4], expected [2, 3] with B");
    refused(() -> bundle.run("carry z", Map.of("z", wide)), "inputs: found [z], expected [z, noi");
    refused(() -> new Tensor(new long[] {2, 4}, new float[7]), "tensor: 7 values, expected 8");
    refused(() -> onCpu().withDevice("tpu"), "device: 'tpu', expected auto, cpu");
    refused(() -> onCpu().withChunk(0), "chunk: 0");
    refused(() -> onCpu().withThreads(-1), "threads: -1");
    refused(() -> onCpu().withThreads(100_000), "threads: 100000, expected 0 (one per core) to ");
    Tensor fraction = new Tensor(new long[] {1, 1, 2, 2}, new float[] {1, 2, 3, 3.5f});
    Tensor noise = new Tensor(new long[] {1, 3}, new float[3]);
    refused(
        () -> bundle.run("infer", Map.of("x", fraction, "noise.z", noise)),
        "tensor: element 3 is 3.5, expected an integer in 0..255");
  }

  @Test
  void runsOneGraphOnGivenNoise() {
    Tensor x = new Tensor(new long[] {1, 1, 2, 2}, new float[] {255, 0, 0, 0});
    Tensor noise = new Tensor(new long[] {1, 3}, new float[] {1, 2, 3});
    float[] z = bundle.run("infer", Map.of("x", x, "noise.z", noise)).get("z").values();
    assertThat(z).containsExactly(new float[] {26.5f, -49, 79.5f}, within(ROUNDING));
  }

  @Test
  void refusesCudaWhereItCannotBeHad() {
    assumeThat(OnnxRuntime.providers()).doesNotContain("CUDA");
    refused(() -> Bundle.open(folder, onCpu().withDevice("cuda:1")).close(), "device: 'cuda:1'");
    assertThat(bundle.device()).isEqualTo("cpu");
  }

  @Test
  void runsWithEveryOption(@TempDir Path profiles) throws IOException {
    InferenceOptions options =
        new InferenceOptions(
            "auto", 0, 64, true, 0, Optional.of(profiles.resolve("run")), false, line -> {});
    try (Bundle other = Bundle.open(folder, options)) {
      assertThat(other.score(images(3), SEED).bound())
          .containsExactly(bundle.score(images(3), SEED).bound(), within(ROUNDING));
      assertThat(other.device()).matches("cpu|cuda:0");
    }
    try (Stream<Path> files = Files.list(profiles)) {
      assertThat(files).hasSize(1);
    }
  }

  /** The residual of the tiny model is the sum of z, and zero where every round is done. */
  @Test
  void warnsOfRowsThatHaveNotConverged() {
    List<String> warnings = new ArrayList<>();
    InferenceOptions options = onCpu().withWarnings(warnings::add).withChunk(2);
    float[] few = {1e-5f, 0, 0, 2e-6f, 0, 0, 0, 0, 0};
    float[] many = {0, 0, 0, 1, 2, 3, 0, 5e-5f, 0};
    float[] none = {0, 0, 0, 0, 3e38f, 3e38f, 0, 0, 0}; // their sum is infinite
    try (Bundle other = Bundle.open(folder, options)) {
      other.carry(Map.of("z", new Tensor(new long[] {3, 3}, few)), SEED, 1);
      assertThat(warnings).isEmpty();
      Map<String, Tensor> found =
          other.carry(Map.of("z", new Tensor(new long[] {3, 3}, many)), SEED, 1);
      assertThat(found.get(Manifest.RESIDUAL).values()).containsExactly(0, 6, 5e-5f);
      assertThat(warnings).hasSize(1);
      assertThat(warnings.get(0))
          .doesNotContain("\n")
          .contains("carry-z.onnx", "2 of 3 rows", "6.0e+00", "1e-05", "--exact");
      other.carry(Map.of("z", new Tensor(new long[] {3, 3}, none)), SEED, 1);
      assertThat(warnings).hasSize(2);
      assertThat(warnings.get(1)).contains("1 of 3 rows");
    }
    warnings.clear();
    try (Bundle other = Bundle.open(folder, options.withExact(true))) {
      Tensor z = new Tensor(new long[] {3, 3}, many);
      assertThat(other.carry(Map.of("z", z), SEED, 1).get(Manifest.RESIDUAL).values())
          .containsOnly(0);
      assertThat(warnings).isEmpty();
      refused(() -> other.generate(1, SEED, 1), "no graph 'exact generate'");
    }
  }

  @Test
  void servesManyThreads() {
    byte[] images = images(200);
    float[] bound = bundle.score(images, SEED).bound();
    float[] drawn = bundle.generate(20, SEED, 1).get("x").values();
    IntStream.range(0, 200)
        .parallel()
        .forEach(
            i -> {
              int row = i % 190;
              byte[] part = Arrays.copyOfRange(images, 4 * row, 4 * (row + 1 + i % 10));
              assertThat(bundle.score(part, SEED, row).bound())
                  .containsExactly(
                      Arrays.copyOfRange(bound, row, row + 1 + i % 10), within(ROUNDING));
              assertThat(bundle.generate(20, SEED, 1).get("x").values()).containsExactly(drawn);
            });
  }

  @Test
  void closesTwiceAndServesNobodyAfterwards() {
    Bundle other = Bundle.open(folder, onCpu());
    other.score(images(1), SEED);
    other.close();
    other.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> other.score(images(1), SEED))
        .withMessage(folder + ": the bundle is closed; open it again");
    assertThat(other.manifest().name()).isEqualTo("tiny");
  }

  @Test
  void replaysTheRecordedRuns(@TempDir Path damaged) {
    assertThat(bundle.checkParity()).containsOnlyKeys("carry z").containsValue(0.0);
    TinyBundle files = TinyBundle.files(damaged);
    Safetensors.write(damaged.resolve("parity.safetensors"), files.parity(0.5f), Map.of());
    files.manifest().write(damaged);
    try (Bundle other = Bundle.open(damaged, onCpu())) {
      // 2 was recorded as 2.5, and the largest number recorded is 8.
      assertThat(other.checkParity().get("carry z")).isCloseTo(0.0625, within(1e-6));
    }
  }

  @Test
  void measuresADifferenceAgainstItsTerms(@TempDir Path damaged) {
    TinyBundle files = TinyBundle.files(damaged);
    List<Safetensors.Entry> entries = new ArrayList<>(files.parity(0.5f));
    entries.add(
        TinyBundle.entry(
            "carry z/1/scale/x.mean",
            new float[] {-1000, 1, 1, Float.POSITIVE_INFINITY},
            1,
            1,
            2,
            2));
    Safetensors.write(damaged.resolve("parity.safetensors"), entries, Map.of());
    files.manifest().write(damaged);
    try (Bundle other = Bundle.open(damaged, onCpu())) {
      assertThat(other.checkParity().get("carry z")).isCloseTo(0.5e-3, within(1e-9));
    }
  }

  public static InferenceOptions onCpu() {
    return InferenceOptions.of().withDevice("cpu").withThreads(1).withWarnings(line -> {});
  }

  private static void refused(Runnable request, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(request::run)
        .withMessageContaining(message)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }

  private static byte[] images(int rows) {
    byte[] images = new byte[rows * TinyBundle.PIXELS];
    new Random(3).nextBytes(images);
    return images;
  }

  private static double[] latent(byte[] images, int row, long noiseRow, int sample) {
    float[] noise = new float[TinyBundle.LATENTS];
    Philox.normal(SEED, "noise.z", noiseRow, 1, sample, noise.length, noise);
    double[] z = new double[noise.length];
    for (int i = 0; i < z.length; i++) {
      z[i] = noise[i];
      for (int pixel = 0; pixel < TinyBundle.PIXELS; pixel++) {
        int value = images[row * TinyBundle.PIXELS + pixel] & 0xFF;
        z[i] += value * (double) TinyBundle.w()[pixel * TinyBundle.LATENTS + i];
      }
    }
    return z;
  }

  private static double sum(double[] values) {
    return Arrays.stream(values).sum();
  }
}
