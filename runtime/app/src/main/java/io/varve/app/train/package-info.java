/** Commands about runs: train, resume, expand and export. */
package io.varve.app.train;
