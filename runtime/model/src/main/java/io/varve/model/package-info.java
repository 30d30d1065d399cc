/**
 * The executor: {@link io.varve.model.Model} runs a hierarchy, which {@link
 * io.varve.model.binder.Binder} reads from YAML. May use {@code faults}, {@code yaml}, {@code
 * plugin}, {@code binder} and {@code guard}; {@code objective} and {@code weights} are built on it.
 */
package io.varve.model;
