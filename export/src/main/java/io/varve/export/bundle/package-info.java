/** From a trained {@link io.varve.model.Model} to a bundle that runs without its plug-ins. */
package io.varve.export.bundle;
