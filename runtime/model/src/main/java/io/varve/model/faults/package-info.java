/** Says in one line what a plug-in or a file did wrong. Everything else here may use it. */
package io.varve.model.faults;
