package io.varve.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests as a service makes them: in any company, and all at once. */
@Timeout(60)
class RequestTest {
  static final long SEED = 7;

  @TempDir private Path folder;

  @BeforeEach
  void write() {
    TinyBundle.write(folder);
  }

  static InferenceOptions onCpu() {
    return InferenceOptions.of().withDevice("cpu").withThreads(1);
  }

  static byte[] images(int count) {
    byte[] images = new byte[count * TinyBundle.PIXELS];
    new Random(3).nextBytes(images);
    return images;
  }

  @Test
  void givesARowItsOwnNoiseInAnyCompany() {
    byte[] images = images(6);
    byte[] picked = new byte[3 * TinyBundle.PIXELS];
    int[] rows = {4, 0, 5};
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(
          images, rows[i] * TinyBundle.PIXELS, picked, i * TinyBundle.PIXELS, TinyBundle.PIXELS);
    }
    try (Bundle bundle = Bundle.open(folder, onCpu().withChunk(2))) {
      Request all = Request.of(SEED).withFirstRow(100).withTemperature(0.5f);
      Request some = all.withRows(104, 100, 105);
      sameRows(bundle.score(images, all).bound(), bundle.score(picked, some).bound(), rows);
      Map<String, Tensor> whole = bundle.reconstruct(images, Set.of("z"), all);
      Map<String, Tensor> part = bundle.reconstruct(picked, Set.of("z"), some);
      sameRows(whole.get("x").values(), part.get("x").values(), rows);
      float[] drawn = bundle.generate(6, all).get("x").values();
      sameRows(drawn, bundle.generate(3, some).get("x").values(), rows);
      // a seed of its own for each row
      Request seeds = Request.of(0).withSeeds(1, 2, 3).withFirstRow(9);
      float[] mixed = bundle.generate(3, seeds).get("x").values();
      for (int row = 0; row < 3; row++) {
        float[] alone =
            bundle.generate(1, Request.of(row + 1).withFirstRow(9 + row)).get("x").values();
        assertThat(Arrays.copyOfRange(mixed, 4 * row, 4 * row + 4)).isEqualTo(alone);
      }
    }
  }

  private static void sameRows(float[] whole, float[] part, int[] rows) {
    int size = part.length / rows.length;
    for (int i = 0; i < rows.length; i++) {
      assertThat(Arrays.copyOfRange(part, i * size, (i + 1) * size))
          .isEqualTo(Arrays.copyOfRange(whole, rows[i] * size, (rows[i] + 1) * size));
    }
  }

  @Test
  void streamsWhatItWouldDrawAtOnce() {
    try (Bundle bundle = Bundle.open(folder, onCpu().withChunk(4))) {
      Request request = Request.of(SEED).withFirstRow(3);
      List<Float> streamed = new ArrayList<>();
      try (Stream<Map<String, Tensor>> pieces = bundle.stream(10, request)) {
        pieces.forEach(
            piece -> {
              for (float value : piece.get("x").values()) {
                streamed.add(value);
              }
            });
      }
      float[] whole = bundle.generate(10, request).get("x").values();
      assertThat(streamed).hasSize(whole.length);
      for (int i = 0; i < whole.length; i++) {
        assertThat(streamed.get(i)).isEqualTo(whole[i]);
      }
      // Nothing is computed that nobody reads.
      assertThat(bundle.stream(Long.MAX_VALUE / 2, request).limit(2)).hasSize(2);
    }
  }

  @Test
  void mayBeClosedByWhoeverIsWarnedOrTold() {
    AtomicReference<Bundle> open = new AtomicReference<>();
    List<String> told = new ArrayList<>();
    InferenceOptions options =
        onCpu()
            .withWarnings(
                line -> {
                  told.add(line);
                  open.get().close();
                })
            .withListener(answer -> told.add(answer.graph() + " " + answer.rows()));
    open.set(Bundle.open(folder, options));
    Tensor far = new Tensor(new long[] {1, 3}, new float[] {9, 9, 9});
    assertThat(open.get().carry(Map.of("z", far), SEED, 1)).containsKey("x");
    assertThat(told).hasSize(2);
    assertThat(told.get(0)).isEqualTo("carry z 1");
    assertThatThrownBy(() -> open.get().score(images(1), SEED)).hasMessageContaining("closed");
  }

  @Test
  void answersAlthoughTheListenerFails() {
    List<String> warned = new ArrayList<>();
    InferenceOptions options =
        onCpu()
            .withWarnings(warned::add)
            .withListener(
                answer -> {
                  throw new IllegalStateException("no metrics");
                });
    try (Bundle bundle = Bundle.open(folder, options)) {
      assertThat(bundle.score(images(2), SEED).bound()).hasSize(2);
    }
    assertThat(warned).hasSize(1);
    assertThat(warned.get(0)).contains("the listener of requests failed", "no metrics");
  }

  @Test
  void tellsOfEveryGraph() {
    List<RequestListener.Answer> answers = new CopyOnWriteArrayList<>();
    try (Bundle bundle = Bundle.open(folder, onCpu().withListener(answers::add))) {
      bundle.score(images(5), SEED);
      assertThat(catchThrowable(() -> bundle.score(new byte[1], SEED))).isNotNull();
      bundle.warmUp();
    }
    assertThat(answers.get(0).graph()).isEqualTo("bound");
    assertThat(answers.get(0).rows()).isEqualTo(5);
    assertThat(answers.get(0).nanos()).isPositive();
    assertThat(answers.get(0).failure()).isEmpty();
    assertThat(answers.get(1).rows()).isZero();
    assertThat(answers.get(1).failure()).get().isInstanceOf(IllegalArgumentException.class);
    assertThat(answers.subList(2, answers.size()).stream().map(RequestListener.Answer::graph))
        .containsExactlyInAnyOrder(
            "bound", "importance", "infer", "generate", "carry z", "exact carry z");
  }

  @Test
  void keepsToABudgetOfMemory() {
    MemoryBudget budget = new MemoryBudget(2048);
    InferenceOptions options = onCpu().withMemory(budget);
    try (Bundle first = Bundle.open(folder, options);
        Bundle second = Bundle.open(folder, options)) {
      long weights = budget.used();
      assertThat(weights).isEqualTo(2 * 24 * Float.BYTES);
      first.score(images(1), SEED);
      assertThat(budget.used()).isGreaterThan(weights);
      assertThatThrownBy(() -> second.generate(64, SEED, 1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("of the 2048 that the bundles may take together");
    }
    assertThat(budget.used()).isZero();
    MemoryBudget small = new MemoryBudget(50);
    assertThatThrownBy(() -> Bundle.open(folder, onCpu().withMemory(small)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(small.used()).isZero();
    MemoryBudget shrinking = new MemoryBudget(1 << 20);
    try (Bundle bundle = Bundle.open(folder, onCpu().withMemory(shrinking).withShrinking(true))) {
      bundle.generate(64, SEED, 1);
      assertThat(shrinking.used()).isEqualTo(24 * Float.BYTES);
    }
  }

  @Test
  void usesNoThreadsOfOthers() {
    long before = ForkJoinPool.commonPool().getStealCount();
    try (Bundle bundle = Bundle.open(folder, onCpu().withChunk(1 << 15))) {
      bundle.generate(1 << 15, SEED, 1);
    }
    assertThat(ForkJoinPool.commonPool().getStealCount()).isEqualTo(before);
  }

  @Test
  void runsWithAnyChunk() {
    float[] bound;
    try (Bundle bundle = Bundle.open(folder, onCpu())) {
      bound = bundle.score(images(3), SEED).bound();
    }
    try (Bundle bundle = Bundle.open(folder, onCpu().withChunk(Integer.MAX_VALUE))) {
      assertThat(bundle.score(images(3), SEED).bound()).isEqualTo(bound);
    }
  }

  @Test
  void warmsUp() {
    try (Bundle bundle = Bundle.open(folder, onCpu().withWarmUp(true))) {
      assertThat(bundle.score(images(1), SEED).bound()).hasSize(1);
    }
  }

  @Test
  void refusesWhatIsNoNumber() {
    try (Bundle bundle = Bundle.open(folder, onCpu())) {
      for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
        Tensor z = new Tensor(new long[] {2, 3}, new float[] {0, 0, 0, 0, bad, 0});
        refused(() -> bundle.carry(Map.of("z", z), SEED, 1), "element 1 of row 1 is " + bad);
        refused(() -> bundle.generate(1, SEED, bad), "temperature: " + bad);
      }
      refused(() -> bundle.generate(1, SEED, -1), "temperature: -1.0");
      refused(() -> bundle.generate(1, SEED, 1e38f), "temperature: 1.0E38");
      refused(() -> new Variations(bundle, 1, 1e38f), "temperature: 1.0E38");
    }
  }

  /** An infinite value less another. */
  @Test
  void callsAResultThatIsNoNumberAnError(@TempDir Path other) {
    float[] w = new float[TinyBundle.PIXELS * TinyBundle.LATENTS];
    for (int i = 0; i < w.length; i++) {
      w[i] = (i % TinyBundle.LATENTS - 1) * 3e38f; // z is -infinity, 0, infinity
    }
    TinyBundle.files(other, w).manifest().write(other);
    try (Bundle bundle = Bundle.open(other, onCpu())) {
      assertThatThrownBy(() -> bundle.score(new byte[] {9, 9, 9, 9}, SEED))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("output 'bound' of row 0 of 1 is not a number (NaN)");
    }
  }

  @Test
  void refusesNullByName() {
    try (Bundle bundle = Bundle.open(folder, onCpu())) {
      Request request = Request.of(SEED);
      refused(() -> Bundle.open(null), "directory: null");
      refused(() -> Bundle.open(folder, null), "options: null");
      refused(() -> bundle.score(null, SEED), "images: null");
      refused(() -> bundle.score(images(1), null), "request: null");
      refused(() -> bundle.infer(null, SEED), "images: null");
      refused(() -> bundle.inferFrom(null, null, SEED), "derived: null");
      refused(() -> bundle.carry(null, SEED, 1), "carried: null");
      refused(() -> bundle.reconstruct(images(1), null, SEED, 1), "variables: null");
      refused(() -> bundle.generate(1, null), "request: null");
      refused(() -> bundle.stream(1, null), "request: null");
      refused(() -> bundle.run(null, Map.of()), "graph: null");
      refused(() -> bundle.run("bound", null), "inputs: null");
      refused(() -> bundle.async(null, Runnable::run), "request: null");
      refused(() -> bundle.close(null), "limit: null");
      refused(() -> bundle.addTo(null, images(1), SEED, 0), "units: null");
      refused(() -> new Tensor(null, new float[1]), "shape: null");
      refused(() -> onCpu().withDevice(null), "device: null");
      refused(() -> onCpu().withListener(null), "listener: null");
      refused(() -> Pictures.of(null), "bundle: null");
      refused(() -> request.withTimeout(null), "timeout: null");
    }
  }

  @Test
  void refusesRequestsThatDoNotFitTheirRows() {
    try (Bundle bundle = Bundle.open(folder, onCpu())) {
      Request two = Request.of(SEED).withRows(1, 2);
      refused(() -> bundle.score(images(3), two), "one for each of 3 rows");
      refused(() -> bundle.stream(3, two), "expected rows in order");
      refused(() -> Request.of(SEED).withRows(-1), "row: -1");
      refused(() -> bundle.score(images(1), SEED, Long.MAX_VALUE), "with room for 1 rows after it");
      refused(() -> Request.of(SEED).withTimeout(Duration.ZERO), "timeout: PT0S");
      refused(() -> new Tensor(new long[] {-1, -1}, new float[1]), "tensor: 1 values");
      refused(() -> new Tensor(new long[] {1L << 40, 1L << 40}, new float[1]), "tensor: 1 values");
      refused(() -> bundle.generate(Integer.MAX_VALUE, SEED, 1), "ask for at most");
      assertThat(new Request(1, List.of(), 0, List.of(), 1, Optional.empty()))
          .isEqualTo(Request.of(1));
    }
  }

  private static void refused(ThrowingCallable request, String message) {
    assertThatThrownBy(request)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }
}
