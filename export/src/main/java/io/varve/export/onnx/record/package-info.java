/**
 * Runs array code on recording arrays and merges the records of three batch sizes into one program.
 * Knows no ONNX.
 */
package io.varve.export.onnx.record;
