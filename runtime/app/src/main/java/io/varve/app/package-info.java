/** The {@code varve} command line. */
package io.varve.app;
