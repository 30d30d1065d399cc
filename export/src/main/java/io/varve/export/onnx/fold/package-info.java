/** What a graph computes from its parameters alone, computed once, when it is exported. */
package io.varve.export.onnx.fold;
