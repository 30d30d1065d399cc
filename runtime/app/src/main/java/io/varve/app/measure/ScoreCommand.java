package io.varve.app.measure;

import io.varve.app.bundle.BundleData;
import io.varve.app.option.AtLeast;
import io.varve.app.option.BundleOptions;
import io.varve.app.option.DataOptions;
import io.varve.app.option.Output;
import io.varve.inference.Bundle;
import io.varve.inference.file.OutputFile;
import io.varve.inference.file.Printable;
import io.varve.training.data.set.Item;
import io.varve.training.data.set.Split;
import io.varve.training.evaluation.Evaluator;
import io.varve.training.evaluation.Scores;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Scores images with a bundle: high for images like the training data, low for anomalies. */
@Command(
    name = "score",
    mixinStandardHelpOptions = true,
    description = {
      "Scores images with a bundle, in nats.",
      "Scores are high for images like the training data and low for anomalies."
    })
public final class ScoreCommand implements Callable<Integer> {
  private static final Pattern FORMULA = Pattern.compile("[=+\\-@\uff1d\uff0b\uff0d\uff20]");
  private static final Pattern SPECIAL = Pattern.compile("[\",;]");

  @Mixin private BundleOptions options;
  @Mixin private DataOptions data;
  @Mixin private Output output;

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description = "Write one line per image to this file.")
  private Path csv;

  @Option(
      names = "--importance-samples",
      paramLabel = "K",
      defaultValue = "0",
      description =
          "Also compute the importance-weighted bound with K samples; needs the graph 'importance'.")
  private int samples;

  @Override
  public Integer call() {
    AtLeast.of(0, "--importance-samples", samples);
    if (csv != null) {
      OutputFile.require(csv);
    }
    try (Bundle bundle = options.open(graphs())) {
      Split split = BundleData.open(bundle, data);
      Evaluator.Settings plan = new Evaluator.Settings(samples, 1, options.seed);
      Scores scores = new BundleScores(bundle, split, plan).scores();
      if (csv != null) {
        write(columns(scores), split);
      }
      Map<String, Object> results = ScoreSummary.of(scores);
      results.put("device", bundle.device());
      output.results(results);
      return 0;
    }
  }

  private String[] graphs() {
    return samples > 0 ? new String[] {"bound", "importance"} : new String[] {"bound"};
  }

  /** One number per image, by column: bound, bits_per_dim, log_p.x, kl.z, ... */
  private static Map<String, double[]> columns(Scores scores) {
    Map<String, double[]> columns = new LinkedHashMap<>();
    columns.put("bound", scores.bounds());
    columns.put("bits_per_dim", scores.bits());
    scores.terms().forEach((name, values) -> columns.put(name, doubles(values)));
    scores.importance().ifPresent(i -> columns.put("importance_bound", doubles(i.bound())));
    return columns;
  }

  private static double[] doubles(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }

  /** The file comes last, so that the numbers are where they were before there were names. */
  private void write(Map<String, double[]> columns, Split split) {
    List<Item> files = split.items();
    StringBuilder text = new StringBuilder("image,");
    text.append(String.join(",", columns.keySet()));
    text.append(files.isEmpty() ? "\n" : ",file\n");
    for (int i = 0; i < split.size(); i++) {
      text.append(i);
      for (double[] column : columns.values()) {
        text.append(',').append(String.format(Locale.ROOT, "%.6g", column[i]));
      }
      text.append(files.isEmpty() ? "\n" : "," + cell(files.get(i).name()) + "\n");
    }
    OutputFile.write(csv, text.toString());
    Output.say("wrote %s", csv);
  }

  /** A name as a cell: quoted where it must be (RFC 4180), and no formula of a spreadsheet. */
  private static String cell(String name) {
    String path = FORMULA.matcher(name).lookingAt() ? "./" + name : name;
    String line = Printable.of(path);
    return SPECIAL.matcher(line).find() ? '"' + line.replace("\"", "\"\"") + '"' : line;
  }
}
