/** Compares a graph in ONNX Runtime with the code it was traced from. */
package io.varve.export.onnx.check;
