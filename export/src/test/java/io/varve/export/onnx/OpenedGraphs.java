package io.varve.export.onnx;

import io.varve.inference.Bundle;
import io.varve.inference.InferenceOptions;
import io.varve.inference.Tensor;
import io.varve.inference.onnxruntime.OnnxRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Opens graphs of a bundle in a process of its own, to see what memory they take. */
final class OpenedGraphs {
  private OpenedGraphs() {}

  /**
   * Runs so many graphs of a bundle on images [3, 12, 12]. Prints the bytes of memory that is no
   * file's which that added, and those of the weights file that are in memory.
   *
   * @param arguments the bundle, the weights file, how many graphs, and the bytes of weights up to
   *     which each graph has its own
   */
  public static void main(String[] arguments) throws IOException {
    long packed = Long.parseLong(arguments[3]);
    InferenceOptions options = InferenceOptions.of().withDevice("cpu").withPacked(packed);
    Tensor zeros = new Tensor(new long[] {1, 3, 12, 12}, new float[3 * 12 * 12]);
    OnnxRuntime.environment(); // the library is no part of a bundle
    long before = Memory.anonymous();
    try (Bundle open = Bundle.open(Path.of(arguments[0]), options)) {
      for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
        open.run("infer v" + i, Map.of("input", zeros));
      }
      long grown = Memory.anonymous() - before;
      System.out.println(grown + " " + Memory.resident(Path.of(arguments[1])));
    }
  }
}
