/** What is particular to PyTorch under DJL: devices, seeds, TorchScript, the profiler. */
package io.varve.training.engine;
