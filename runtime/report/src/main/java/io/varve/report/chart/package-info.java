/** Charts as SVG. */
package io.varve.report.chart;
