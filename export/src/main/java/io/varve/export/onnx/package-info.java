/**
 * Any function of DJL arrays, and any DJL block, to ONNX.
 *
 * <p>{@link io.varve.export.onnx.OnnxExporter} runs ordinary array code on recording arrays at
 * three batch sizes, merges the records into one program whose sizes are expressions of the batch,
 * and lowers it to a {@link io.varve.export.onnx.graph.OnnxGraph}. {@link
 * io.varve.export.onnx.check.ParityGate} compares the graph in ONNX Runtime with the code in DJL.
 *
 * <p>The record ({@code Program}) knows nothing of ONNX; everything that does is reached from
 * {@code Lowering}.
 */
package io.varve.export.onnx;
