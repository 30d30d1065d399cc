/** From a program to an ONNX graph: a table of operators by theme, and how each is written. */
package io.varve.export.onnx.lower;
