/** What the graph of a bundle may be: its operators, and the types, shapes and sizes in it. */
package io.varve.inference.graph;
