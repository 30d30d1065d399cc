/**
 * Runs array code on recording arrays and merges the records of three batch sizes into one program.
 * Knows nothing of ONNX.
 */
package io.varve.export.onnx.record;
