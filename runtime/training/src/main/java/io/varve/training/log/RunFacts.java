package io.varve.training.log;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import io.varve.model.Model;
import io.varve.report.Report;
import io.varve.report.metrics.Numbers;
import io.varve.spi.Node;
import io.varve.training.data.set.Split;
import io.varve.training.data.set.Splits;
import io.varve.training.engine.Devices;
import io.varve.training.evaluation.Scores;
import io.varve.training.run.TrainingJob;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run is, in words: for {@code run.json} and for the report.
 *
 * @param test the test images that are measured
 */
public record RunFacts(TrainingJob job, Splits data, Split test, Model model) {
  /** What {@code run.json} holds. */
  public Map<String, Object> facts(long steps, long parameters) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("name", job.experiment().name());
    facts.put("command", job.command());
    facts.put("seed", job.experiment().training().seed());
    facts.put("steps", steps);
    facts.put("train_images", data.train().size());
    facts.put("test_images", test.size());
    facts.put("image", data.train().shape());
    facts.put("parameters", parameters);
    facts.put("environment", environment(job.device()));
    return facts;
  }

  /** The head of the report. */
  public Report.Summary summary(long parameters, Report.Measured measured) {
    int[] shape = data.train().shape();
    String images =
        Numbers.count(data.train().size())
            + " training and "
            + Numbers.count(test.size())
            + " test images, "
            + new Shape(shape[0], shape[1], shape[2]);
    return new Report.Summary(
        images,
        Devices.name(job.device()),
        parameters,
        job.experiment().objective().words(),
        measured);
  }

  /** The importance-weighted bound of an evaluation, where it has one. */
  public Optional<Report.ImportanceBound> importance(Scores scores) {
    return scores
        .importance()
        .map(
            i ->
                new Report.ImportanceBound(
                    scores.importanceMean().orElseThrow(),
                    scores.importanceBits().orElseThrow(),
                    i.samples(),
                    i.images(),
                    note()));
  }

  /** What it takes to repeat the run. */
  public Report.Reproduction reproduction() {
    return new Report.Reproduction(job.yaml(), job.command(), environment(job.device()));
  }

  /** A model with derived variables bounds the density of x together with them. */
  private String note() {
    List<String> derived =
        model.nodes().stream().filter(Node.Derived.class::isInstance).map(Node::name).toList();
    return derived.isEmpty()
        ? ""
        : "A bound of log p(x, " + String.join(", ", derived) + "), which is at most log p(x)";
  }

  private static Map<String, String> environment(Device device) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Java", System.getProperty("java.vm.name") + " " + Runtime.version());
    facts.put("System", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    facts.put("DJL", Engine.getDjlVersion());
    facts.put("libtorch", Engine.getEngine("PyTorch").getVersion());
    facts.put("Device", Devices.name(device));
    facts.put("Cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
    facts.put("Threads", Integer.toString(JniUtils.getNumThreads()));
    return facts;
  }
}
