/**
 * The rules J1 to J5 and J9 to J11 on a JAR, and readers of JARs and class files. Uses {@code
 * rule}.
 */
package io.varve.conformance.jars;
