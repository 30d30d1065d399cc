/** Loads ONNX Runtime, for everything here that runs graphs. */
package io.varve.inference.onnxruntime;
