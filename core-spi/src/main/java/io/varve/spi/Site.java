package io.varve.spi;

/**
 * Where in a model something is built, e.g. {@code x.flow[3].maf}: it names parameters and seeds
 * fixed random choices (a MADE's order), so that two uses of one record differ and one model is the
 * same on every machine.
 */
public record Site(String path, long seed) {}
