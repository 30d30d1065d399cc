/** The command that times models. */
package io.varve.app.bench;
