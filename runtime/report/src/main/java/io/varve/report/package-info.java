/**
 * What a run leaves behind to be looked at: metrics, TensorBoard event files, picture grids and a
 * single-file report. Plain data in, files out; nothing here knows about arrays on a device.
 */
package io.varve.report;
