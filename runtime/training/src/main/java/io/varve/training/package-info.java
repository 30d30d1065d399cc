/**
 * Trains and measures models. A model file is an {@link io.varve.training.Experiment}; {@link
 * io.varve.training.loop.Trainer} trains it, and {@link io.varve.training.run.TrainedModel} is what
 * a run leaves. Data, optimisers, checkpoints, evaluation and the files of a run have a package
 * each.
 */
package io.varve.training;
