package io.varve.training.data.set;

/**
 * A file of a split.
 *
 * @param name its path below the folder of the data set, with {@code /}, in Unicode's form C
 * @param size its bytes
 */
public record Item(String name, long size) {}
