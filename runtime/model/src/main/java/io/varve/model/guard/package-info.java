/** Holds components to their contract: whatever breaks it becomes one line that names the place. */
package io.varve.model.guard;
