package io.varve.inference.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EarlyLoadingTest {
  /** A process that ends while it loads something slowly. */
  static final class Ending {
    private Ending() {}

    public static void main(String[] arguments) {
      EarlyLoading.start("slow", () -> load(Path.of(arguments[0])));
      System.exit(3);
    }

    private static void load(Path file) {
      try {
        Thread.sleep(500);
        Files.writeString(file, "loaded");
      } catch (InterruptedException | IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Test
  void aProcessDoesNotEndWhileItLoads(@TempDir Path folder) throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Path file = folder.resolve("file");
    Process process =
        new ProcessBuilder(
                List.of(
                    java.toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    Ending.class.getName(),
                    file.toString()))
            .inheritIO()
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(3);
    assertThat(file).hasContent("loaded");
  }

  @Test
  void whatFailsThereFailsNoOther() throws InterruptedException {
    Thread[] loader = new Thread[1];
    EarlyLoading.start(
        "broken",
        () -> {
          loader[0] = Thread.currentThread();
          throw new UnsatisfiedLinkError("not there");
        });
    for (int i = 0; i < 1000 && loader[0] == null; i++) {
      Thread.sleep(5);
    }
    assertThat(loader[0]).isNotNull();
    loader[0].join();
  }
}
