package io.varve.export.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A network as large as the papers' largest; about 420 MB of weights. */
@Tag("slow")
class LargeTest {
  private static final int WIDTH = 3072;
  private static final int LAYERS = 11;
  private static final double SECONDS = 30;
  private static final double GIGABYTES = 2;

  @Test
  void exportsAHundredAndFiveMillionParameters(@TempDir Path folder) throws IOException {
    SequentialBlock network = new SequentialBlock();
    for (int i = 0; i < LAYERS; i++) {
      network.add(Linear.builder().setUnits(WIDTH).build()).add(Activation::relu);
    }
    network.add(Linear.builder().setUnits(400).build());
    try (NDManager manager = NDManager.newBaseManager()) {
      network.initialize(manager, DataType.FLOAT32, new Shape(1, WIDTH));
      long parameters =
          network.getParameters().values().stream().mapToLong(p -> p.getArray().size()).sum();
      assertThat(parameters).isGreaterThan(105_000_000);
      long start = System.nanoTime();
      OnnxExporter.of(network, new Shape(WIDTH)).save(folder.resolve("large.onnx"));
      double seconds = (System.nanoTime() - start) / 1e9;
      double gigabytes = peak() / 1e9;
      System.out.printf(
          Locale.ROOT,
          "export and check %d parameters: %.1f s, %.2f GB at most%n",
          parameters,
          seconds,
          gigabytes);
      assertThat(seconds).isLessThan(SECONDS);
      assertThat(gigabytes).isLessThan(GIGABYTES);
    }
  }

  /** The most memory the process has held, where Linux tells; 0 elsewhere. */
  private static double peak() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) * 1024)
        .findFirst()
        .orElse(0);
  }
}
