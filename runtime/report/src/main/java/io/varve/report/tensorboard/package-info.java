/** Event files that TensorBoard shows. */
package io.varve.report.tensorboard;
