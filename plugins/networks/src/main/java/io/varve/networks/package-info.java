/** Networks: {@code mlp}, {@code densenet} and {@code resnet}. */
package io.varve.networks;
