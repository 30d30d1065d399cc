/** The command that measures speed. */
package io.varve.app.bench;
