package io.varve.report.chart;

import io.varve.inference.bundle.Term;
import io.varve.report.metrics.DataPart;
import io.varve.report.metrics.Numbers;
import io.varve.report.metrics.OptimizationState;
import io.varve.report.metrics.Point;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** Turns the points of a run into plots over one x axis. */
final class Curves {
  /** A run of fewer epochs is shown over steps. */
  private static final double ENOUGH_EPOCHS = 3;

  /** A learning rate that fell by this factor is shown by factors. */
  private static final double DECAYED = 30;

  private final List<Point> points;
  private final boolean overEpochs;

  Curves(List<Point> points) {
    this.points = points;
    this.overEpochs =
        points.stream().mapToDouble(Point::epoch).filter(Double::isFinite).max().orElse(0)
            >= ENOUGH_EPOCHS;
  }

  Axis x() {
    return Axis.progress(points.stream().mapToDouble(this::x));
  }

  String xName() {
    return overEpochs ? "epoch" : "step";
  }

  Plot bound() {
    List<Series> series = List.of(bound(DataPart.TRAIN), bound(DataPart.TEST), importance());
    return Plot.of("Bound", "nats per image, higher is better", series, scaleOf(series));
  }

  /** The Kullback-Leibler terms, one curve a node: Apostolopoulou et al. (2020), Figure 6d. */
  Plot divergences(DataPart split) {
    List<Series> series = terms(split, true);
    double[] all = series.stream().mapToDouble(Series::last).toArray();
    double[] withZero = Arrays.copyOf(all, all.length + 1);
    return Plot.of(
        "KL per node", "nats, " + split.label(), series, Axis.robust(values(series), withZero));
  }

  /** The other terms: log-likelihoods of what is observed and derived. */
  Plot reconstructions() {
    List<Series> series = terms(DataPart.TRAIN, false);
    return Plot.of("Reconstruction", "nats, train, higher is better", series, scaleOf(series));
  }

  /** The gradient's norm, with a mark where steps were skipped. */
  Plot gradient() {
    Series norm = state("gradient norm", OptimizationState::gradientNorm);
    List<Series> series = List.of(norm);
    Axis y = Axis.factors(norm.values());
    return Plot.of("Gradient norm", "before clipping", series, y).with(skips());
  }

  Plot rate() {
    Series rate = state("learning rate", OptimizationState::rate);
    double highest = Arrays.stream(rate.values()).max().orElse(0);
    // A warm-up from zero looks right on a linear axis, a long decay does not.
    Axis y = rate.last() * DECAYED < highest ? Axis.factors(rate.values()) : full(rate);
    return Plot.of("Learning rate", "", List.of(rate), y);
  }

  Plot beta() {
    Series beta = state("beta", OptimizationState::beta);
    return Plot.of("Beta", "weight of the KL terms", List.of(beta), full(beta));
  }

  Plot speed() {
    Series speed = state("images/s", OptimizationState::imagesPerSecond);
    Axis y = Axis.robust(speed.values(), 0);
    return Plot.of("Speed", "training images per second", List.of(speed), y);
  }

  private Series bound(DataPart split) {
    return new Series(split.label(), samples(of(split), p -> p.score().bound()));
  }

  /** Empty, and left out, unless training maximised it. */
  private Series importance() {
    List<Point> having =
        of(DataPart.TRAIN).stream().filter(p -> p.score().importance().isPresent()).toList();
    return new Series(
        "train, importance-weighted", samples(having, p -> p.score().importance().orElseThrow()));
  }

  private Series state(String name, ToDoubleFunction<OptimizationState> value) {
    return new Series(name, samples(of(DataPart.TRAIN), p -> value.applyAsDouble(p.state())));
  }

  private List<Series> terms(DataPart split, boolean kl) {
    List<Point> all = of(split);
    Set<String> names = new LinkedHashSet<>();
    all.forEach(p -> names.addAll(p.score().terms().keySet()));
    List<Series> series = new ArrayList<>();
    for (String name : names) {
      if (Term.isKl(name) == kl) {
        List<Point> having = all.stream().filter(p -> p.score().terms().containsKey(name)).toList();
        String node = kl ? Term.variable(name) : name;
        series.add(new Series(node, samples(having, p -> p.score().terms().get(name))));
      }
    }
    return series;
  }

  private List<Plot.Mark> skips() {
    List<Plot.Mark> marks = new ArrayList<>();
    long before = 0;
    for (Point point : of(DataPart.TRAIN)) {
      long more = point.state().skipped() - before;
      if (more > 0) {
        String what = Numbers.count(more, "update") + " skipped by ";
        marks.add(new Plot.Mark(x(point), what + sample(point, 0).when()));
      }
      before = point.state().skipped();
    }
    return marks;
  }

  private List<Point> of(DataPart split) {
    return points.stream().filter(p -> p.split() == split).toList();
  }

  private List<Series.Sample> samples(List<Point> of, ToDoubleFunction<Point> value) {
    return of.stream().map(p -> sample(p, value.applyAsDouble(p))).toList();
  }

  private Series.Sample sample(Point point, double value) {
    return new Series.Sample(x(point), value, point.epoch(), point.step());
  }

  private double x(Point point) {
    return overEpochs ? point.epoch() : point.step();
  }

  /** For curves that settle: the bulk of all values and where each ended. */
  private static Axis scaleOf(List<Series> series) {
    return Axis.robust(values(series), series.stream().mapToDouble(Series::last).toArray());
  }

  private static Axis full(Series series) {
    return Axis.robust(series.values(), series.values());
  }

  private static double[] values(List<Series> series) {
    return series.stream().flatMapToDouble(s -> Arrays.stream(s.values())).toArray();
  }
}
