/** The conformance kit: the rules of CONTRACT.md as checks that run on any plug-in JAR. */
package io.varve.conformance;
