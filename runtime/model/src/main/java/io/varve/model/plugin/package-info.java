/**
 * Plug-in JARs: what they hold, whether they may be loaded, and the catalog of their components.
 */
package io.varve.model.plugin;
