/** The numbers of a run as data: points, scores, estimates, and their file of JSON lines. */
package io.varve.report.metrics;
