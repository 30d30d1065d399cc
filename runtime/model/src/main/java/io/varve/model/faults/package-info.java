/** Says in one line what a plug-in or a file did wrong. May use no other package of the module. */
package io.varve.model.faults;
