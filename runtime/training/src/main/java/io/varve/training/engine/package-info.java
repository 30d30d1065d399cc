/** What is particular to PyTorch under DJL: devices, seeds, uploads, TorchScript, the profiler. */
package io.varve.training.engine;
