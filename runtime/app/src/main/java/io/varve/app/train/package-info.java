/** Commands about runs. */
package io.varve.app.train;
