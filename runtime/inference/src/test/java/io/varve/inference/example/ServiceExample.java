package io.varve.inference.example;

import io.varve.inference.Bundle;
import io.varve.inference.InferenceOptions;
import io.varve.inference.MemoryBudget;
import io.varve.inference.Pictures;
import io.varve.inference.Request;
import io.varve.inference.Score;
import io.varve.inference.Tensor;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

/** What docs/service.md shows, from another package as a service is. */
public final class ServiceExample {
  private ServiceExample() {}

  /** What came of it. */
  public record Results(
      Score score,
      List<BufferedImage> drawn,
      Score later,
      Tensor first,
      Map<String, String> metrics) {}

  /** Runs it. */
  public static Results run(Path folder, byte[] png, byte[] jpeg, Executor executor) {
    Map<String, String> metrics = new ConcurrentHashMap<>(); // in place of yours
    MemoryBudget memory = new MemoryBudget(2L << 30); // for all bundles of this process
    InferenceOptions options =
        InferenceOptions.of()
            .withThreads(1) // many requests at a time: a thread each
            .withWarmUp(true)
            .withTimeout(Duration.ofSeconds(10))
            .withMemory(memory)
            .withListener(
                answer -> metrics.put(answer.graph(), answer.rows() + " rows, " + answer.nanos()));
    try (Bundle bundle = Bundle.open(folder, options)) {
      Pictures pictures = Pictures.of(bundle);
      byte[] images = pictures.decode(List.of(png, jpeg)); // or pictures.bytes(bufferedImages)
      Request request = Request.of(7).withRows(412, 90).withTimeout(Duration.ofSeconds(2));
      Score score = bundle.score(images, request);
      Map<String, Tensor> again = bundle.reconstruct(images, Set.of("z"), request);
      List<BufferedImage> drawn = pictures.images(again.get("pixels.mean"));
      CompletableFuture<Score> later = bundle.async(b -> b.score(images, request), executor);
      try (Stream<Map<String, Tensor>> chunks = bundle.stream(100_000, Request.of(1))) {
        Tensor first = chunks.findFirst().orElseThrow().get("pixels.mean"); // 64 images
        return new Results(score, drawn, later.join(), first, metrics);
      }
    }
  }
}
