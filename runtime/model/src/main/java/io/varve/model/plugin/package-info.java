/**
 * Plug-in JARs: what they hold, whether they may be loaded, and the catalog of their components.
 * May use {@code faults} and {@code yaml}.
 */
package io.varve.model.plugin;
