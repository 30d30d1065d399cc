/** The rules S1 and S2. */
package io.varve.conformance.schedules;
