package io.varve.report;

import io.varve.inference.bundle.Term;
import io.varve.report.metrics.DataPart;
import io.varve.report.metrics.LatentActivity;
import io.varve.report.metrics.Numbers;
import io.varve.report.metrics.Point;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** The numbers of a run in words, by name, in the order to be shown. */
final class Results {
  private final Report report;
  private final Report.Measured measured;

  Results(Report report) {
    this.report = report;
    this.measured = report.summary().measured();
  }

  /** The point that speaks for the run: the last on the test split, else the last. */
  Optional<Point> last() {
    return last(DataPart.TEST).or(() -> last(DataPart.TRAIN));
  }

  /** The latents at that point, with their active units where they were counted. */
  List<LatentActivity> levels() {
    Map<String, Double> kl =
        last().map(p -> Term.byVariable(p.score().terms(), true)).orElse(Map.of());
    return LatentActivity.of(kl, measured.activeUnits());
  }

  /** The few numbers to see first. */
  List<Headline> headlines() {
    List<Headline> all = new ArrayList<>();
    last()
        .ifPresent(
            p -> {
              String unit = p.split() == DataPart.TEST ? bestOnTest() : "nats";
              String name = p.split() == DataPart.TEST ? "Test bound" : "Train bound";
              all.add(new Headline(name, Numbers.value(p.score().bound()), unit));
              String bits = Numbers.value(p.score().bitsPerDim());
              all.add(new Headline("Bits per dimension", bits, "lower is better"));
            });
    measured
        .importance()
        .ifPresent(
            i ->
                all.add(
                    new Headline(
                        "Importance bound",
                        Numbers.value(i.bound().value()),
                        Numbers.count(i.samples(), "sample"))));
    measured
        .divergence()
        .ifPresent(
            d ->
                all.add(
                    new Headline(
                        "KL from the density",
                        Numbers.value(d.kl().value()),
                        "bits of " + Numbers.value(d.entropy()))));
    speed().ifPresent(s -> all.add(new Headline("Images per second", rate(s), "training, median")));
    last(DataPart.TRAIN)
        .or(this::last)
        .ifPresent(
            p -> {
              String time = Numbers.duration(p.state().seconds());
              all.add(new Headline("Training time", time, Numbers.count(p.step(), "step")));
            });
    return all;
  }

  /** A number that stands out, and the small print under it. */
  record Headline(String name, String value, String detail) {}

  /** Everything about the run that is one number or a few words. */
  Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Data", report.summary().data());
    facts.put("Device", report.summary().device());
    facts.put("Objective", report.summary().objective());
    facts.put("Parameters", Numbers.count(report.summary().parameters()));
    Optional<Point> end = last(DataPart.TRAIN).or(this::last);
    end.ifPresent(
        p -> {
          facts.put("Steps", Numbers.count(p.step()));
          facts.put("Epochs", Numbers.fixed(p.epoch(), p.epoch() == Math.rint(p.epoch()) ? 0 : 2));
          facts.put("Time", Numbers.duration(p.state().seconds()));
          speed().ifPresent(s -> facts.put("Images per second, median", rate(s)));
          facts.put("Learning rate at the end", Numbers.setting(p.state().rate()));
          facts.put("Beta at the end", Numbers.setting(p.state().beta()));
          facts.put("Updates skipped", Numbers.count(p.state().skipped()));
        });
    for (DataPart split : DataPart.values()) {
      last(split)
          .ifPresent(
              p -> {
                String name = "Bound, " + split.label();
                facts.put(name, Numbers.value(p.score().bound()) + " nats");
                facts.put(
                    "Bits per dimension, " + split.label(), Numbers.value(p.score().bitsPerDim()));
              });
    }
    last(DataPart.TRAIN)
        .map(p -> p.score().importance())
        .filter(OptionalDouble::isPresent)
        .ifPresent(
            nats ->
                facts.put("Importance bound, train", Numbers.value(nats.getAsDouble()) + " nats"));
    measured.importance().ifPresent(i -> facts.put("Importance bound", words(i)));
    measured
        .divergence()
        .ifPresent(
            d -> {
              facts.put("Entropy of the density", Numbers.value(d.entropy()) + " bits");
              facts.put("Cross-entropy, test", d.crossEntropy().words() + " bits");
              facts.put("KL from the density, test", d.kl().words() + " bits");
            });
    return facts;
  }

  private static String words(Report.ImportanceBound importance) {
    String note = importance.note().isEmpty() ? "" : ". " + importance.note();
    return importance.bound().words()
        + " nats, "
        + importance.bitsPerDim().words()
        + " bits per dimension, "
        + Numbers.count(importance.samples(), "sample")
        + " of "
        + Numbers.count(importance.images(), "image")
        + note;
  }

  private static String rate(double speed) {
    return Numbers.fixed(speed, speed < 100 ? 1 : 0);
  }

  private String bestOnTest() {
    return report.points().stream()
        .filter(p -> p.split() == DataPart.TEST && Double.isFinite(p.score().bound()))
        .max(Comparator.comparingDouble(p -> p.score().bound()))
        .map(p -> "nats, best " + Numbers.value(p.score().bound()))
        .orElse("nats");
  }

  private Optional<Double> speed() {
    List<Double> speeds =
        report.points().stream()
            .filter(p -> p.split() == DataPart.TRAIN)
            .map(p -> p.state().imagesPerSecond())
            .filter(s -> Double.isFinite(s) && s > 0)
            .sorted()
            .toList();
    return speeds.isEmpty() ? Optional.empty() : Optional.of(speeds.get(speeds.size() / 2));
  }

  private Optional<Point> last(DataPart split) {
    return report.points().stream().filter(p -> p.split() == split).reduce((a, b) -> b);
  }
}
