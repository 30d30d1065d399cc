/** The numbers of a run as data: points, scores, estimates, and their JSON lines. */
package io.varve.report.metrics;
