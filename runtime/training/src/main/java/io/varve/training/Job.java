package io.varve.training;

import ai.djl.Device;

/**
 * A model file to be trained, and where.
 *
 * @param experiment the file, bound
 * @param yaml its text with overrides resolved
 * @param device where it runs
 * @param command the command line, for the report
 */
public record Job(Experiment experiment, String yaml, Device device, String command) {}
