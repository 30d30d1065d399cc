/**
 * Networks: {@code mlp}, {@code densenet}, {@code resnet}, {@code batch-norm}, and those that join
 * others: {@code two-stream}, {@code residual-posterior}, {@code precision-weighted}, {@code
 * residual-stack}.
 */
package io.varve.networks;
