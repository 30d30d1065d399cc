/** From YAML trees to records, and the JSON Schema of what is accepted. */
package io.varve.model.binder;
