/** Components with one small believable mistake each, which the kit must catch. */
package io.varve.broken;
