/**
 * Any function of DJL arrays, and any DJL block, to ONNX.
 *
 * <p>{@link io.varve.export.onnx.OnnxExporter} is the way in. {@code record} runs ordinary array
 * code on recording arrays at several batch sizes and writes what it does as one {@code program},
 * whose sizes are expressions of the batch. Neither knows of ONNX. {@code lower} turns a program
 * into a {@code graph}, and {@code check} compares the graph in ONNX Runtime with the code in DJL.
 */
package io.varve.export.onnx;
