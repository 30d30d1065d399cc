/**
 * What code did, as data: calls on values whose sizes may grow with the batch. Knows nothing of
 * ONNX.
 */
package io.varve.export.onnx.program;
