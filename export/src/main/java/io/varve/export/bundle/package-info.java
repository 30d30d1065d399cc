/**
 * From a trained {@link io.varve.model.Model} to a bundle that runs without its plug-ins: what each
 * graph computes, and how the bundle takes its place.
 */
package io.varve.export.bundle;
