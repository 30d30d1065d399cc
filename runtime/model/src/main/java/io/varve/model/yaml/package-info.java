/**
 * YAML text as a tree with line numbers, and single values of it. Knows no plug-in; may use {@code
 * faults}.
 */
package io.varve.model.yaml;
