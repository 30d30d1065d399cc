package io.varve.inference.onnxruntime;

import io.varve.inference.Bundle;
import io.varve.inference.TinyBundle;
import java.nio.file.Path;
import java.util.Random;

/** A service in a process of its own: it holds a bundle and answers requests. */
final class QuietService {
  private QuietService() {}

  /**
   * Answers one request a second.
   *
   * @param arguments the bundle, and for how many seconds to hold it
   */
  public static void main(String[] arguments) throws InterruptedException {
    byte[] images = new byte[8 * TinyBundle.PIXELS];
    new Random(1).nextBytes(images);
    try (Bundle bundle = Bundle.open(Path.of(arguments[0]))) {
      for (int second = 0; second < Integer.parseInt(arguments[1]); second++) {
        bundle.score(images, second);
        bundle.infer(images, second);
        bundle.generate(4, second, 1);
        bundle.checkParity();
        Thread.sleep(1000);
      }
    }
    System.out.println("answered by ONNX Runtime " + OnnxRuntime.version());
  }
}
