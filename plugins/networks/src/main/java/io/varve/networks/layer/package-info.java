/** Layers that the blocks of networks are made of. */
package io.varve.networks.layer;
