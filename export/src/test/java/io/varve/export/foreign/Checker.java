package io.varve.export.foreign;

import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.onnx.global.onnx;

/** The official ONNX checker with strict shape inference, where it has code for this machine. */
final class Checker {
  static final boolean AVAILABLE = available();

  private Checker() {}

  private static boolean available() {
    try {
      Loader.load(onnx.class);
      return true;
    } catch (LinkageError e) {
      return false;
    }
  }

  /**
   * Checks a file and, strictly, the types and shapes of all that is in it. Weights outside the
   * file must be where it says.
   *
   * @throws RuntimeException if it is not valid
   */
  static void check(Path file) {
    if (AVAILABLE) {
      boolean inferShapes = true;
      boolean skipOldVersions = false;
      boolean customDomains = true;
      onnx.check_model(file.toString(), inferShapes, skipOldVersions, customDomains);
    }
  }
}
