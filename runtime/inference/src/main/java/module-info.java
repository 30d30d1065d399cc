/** Runs bundles in ONNX Runtime: what a service needs, without DJL and without plug-ins. */
@SuppressWarnings({
  "requires-automatic",
  "requires-transitive-automatic"
}) // ONNX Runtime has no descriptor
module varve.inference {
  requires java.logging; // that of ONNX Runtime
  requires transitive com.google.gson;
  requires transitive com.microsoft.onnxruntime;
  requires transitive java.desktop; // pictures

  exports io.varve.inference;
  exports io.varve.inference.bundle;
  exports io.varve.inference.file;
  exports io.varve.inference.image;
  exports io.varve.inference.onnxruntime;
}
