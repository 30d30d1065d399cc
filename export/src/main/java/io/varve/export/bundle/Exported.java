package io.varve.export.bundle;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.varve.inference.bundle.Manifest;
import io.varve.model.Encoding;
import io.varve.model.Model;
import io.varve.model.weights.Weights;
import java.util.List;

/**
 * A trained model and all that its bundle says about it.
 *
 * @param varve the version that exports
 * @param yaml the model file, overrides included
 * @param encoding how stored bytes become the model's x
 * @param stored shape of the stored images, [C, H, W] uint8
 * @param weights the model's parameters
 * @param vector the values of the trained ones: the weights' own or a running average of them
 * @param plugins where the model's parts came from
 */
public record Exported(
    String name,
    String varve,
    String yaml,
    Model model,
    Encoding encoding,
    Shape stored,
    Weights weights,
    NDArray vector,
    List<Manifest.Plugin> plugins) {}
