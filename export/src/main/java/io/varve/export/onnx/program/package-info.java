/**
 * What traced code did, as data: calls on values whose sizes may grow with the batch. Knows no
 * ONNX.
 */
package io.varve.export.onnx.program;
