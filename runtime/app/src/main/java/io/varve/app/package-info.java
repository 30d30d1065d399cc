/** The {@code varve} command line: the launcher's class, quickstart and doctor. */
package io.varve.app;
