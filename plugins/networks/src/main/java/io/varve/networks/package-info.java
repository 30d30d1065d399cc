/** Networks: {@code mlp}. */
package io.varve.networks;
