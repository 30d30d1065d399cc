/**
 * Runs exported models on ONNX Runtime alone: the one jar a service needs. {@link
 * io.varve.inference.file.Safetensors} and {@link io.varve.inference.Philox} are also what training
 * and export use, so that files and noise mean the same everywhere.
 */
package io.varve.inference;
