/** Writes programs as ONNX graphs: a class for each family of operations. */
package io.varve.export.onnx.lower;
