/** HTML and SVG: the charts of a run, and the markup they are written in. */
package io.varve.report.chart;
