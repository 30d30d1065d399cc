/**
 * The report of a run, one HTML file, and what it is made of: metrics, charts, pictures. Plain data
 * in, files out; nothing here knows about arrays on a device.
 */
package io.varve.report;
