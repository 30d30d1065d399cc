/**
 * From YAML to a running model: {@link io.varve.model.binder.Binder} and {@link
 * io.varve.model.plugin.Catalog} make records of it, {@link io.varve.model.Model} runs them.
 */
package io.varve.model;
