/** YAML text as a tree with line numbers, and single values of it. Knows no plug-in. */
package io.varve.model.yaml;
