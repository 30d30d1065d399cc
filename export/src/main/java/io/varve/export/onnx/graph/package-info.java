/** ONNX graphs as they are written to files, and their element types. */
package io.varve.export.onnx.graph;
