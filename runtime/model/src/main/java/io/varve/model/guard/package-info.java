/**
 * Components decorated once, when a model is built, and held to their contract: whatever breaks it
 * becomes one line that names the place. May use {@code faults}.
 */
package io.varve.model.guard;
