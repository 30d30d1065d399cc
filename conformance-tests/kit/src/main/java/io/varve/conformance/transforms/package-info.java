/** The rules T1 to T5. */
package io.varve.conformance.transforms;
