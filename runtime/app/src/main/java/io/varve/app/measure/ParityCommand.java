package io.varve.app.measure;

import io.varve.app.option.BundleOptions;
import io.varve.app.option.Output;
import io.varve.inference.Bundle;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Replays what the export recorded, on this machine and device. */
@Command(
    name = "parity",
    mixinStandardHelpOptions = true,
    description = {
      "Replays the runs that the export recorded in a bundle and compares the results.",
      "Errors are relative to the larger of 1 and the largest number of an output. Ends with 1 if one exceeds what the export allowed."
    })
public final class ParityCommand implements Callable<Integer> {
  @Mixin private BundleOptions options;
  @Mixin private Output output;

  @Override
  public Integer call() {
    try (Bundle bundle = options.open()) {
      double tolerance = bundle.manifest().parity().tolerance();
      Map<String, Double> errors = bundle.checkParity();
      double worst = errors.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
      Map<String, Object> results = new LinkedHashMap<>();
      results.put("device", bundle.device());
      results.put("tolerance", tolerance);
      results.put("errors", errors);
      results.put("worst", worst);
      output.results(results);
      boolean within = errors.values().stream().allMatch(error -> error <= tolerance);
      if (!within) {
        Output.say(
            "%s: an error of %s exceeds the tolerance %s; this runtime or device computes otherwise",
            options.path, Output.number(worst), Output.number(tolerance));
      }
      return within ? 0 : 1;
    }
  }
}
