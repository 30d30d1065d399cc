/**
 * From YAML trees to records, and the JSON Schema of what is accepted. May use {@code faults},
 * {@code yaml} and {@code plugin}.
 */
package io.varve.model.binder;
