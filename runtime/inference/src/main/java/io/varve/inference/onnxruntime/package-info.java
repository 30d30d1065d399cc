/** ONNX Runtime: loaded so that it reports nothing, runs that can be stopped, shared weights. */
package io.varve.inference.onnxruntime;
