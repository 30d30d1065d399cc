/** The rules J6, J7, J8 and J11 on a component as an example binds it. Uses all kinds. */
package io.varve.conformance.records;
