/**
 * Files and their formats: atomic writes, hashes, safetensors, strict JSON, the parts of ONNX
 * files.
 */
package io.varve.inference.file;
