/**
 * Networks: {@code mlp}, {@code densenet}, {@code resnet}, {@code batch-norm} and what joins others
 * in a posterior, {@code two-stream}, {@code residual-posterior} and {@code precision-weighted}.
 */
package io.varve.networks;
