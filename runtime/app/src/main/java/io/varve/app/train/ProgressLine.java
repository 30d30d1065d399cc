package io.varve.app.train;

import io.varve.app.option.Output;
import io.varve.app.process.Termination;
import io.varve.report.metrics.DataPart;
import io.varve.report.metrics.Point;
import io.varve.training.loop.Listener;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows the progress of training: a bar on a terminal, otherwise a line per evaluation. */
final class ProgressLine implements Listener, AutoCloseable {
  private static final int MILLISECONDS = 200;

  private final boolean terminal = Boolean.getBoolean("varve.terminal");
  private ProgressBar bar;
  private String speed = "";

  @Override
  public void started(long step, long steps) {
    if (step > 0) {
      Output.say("resuming after step %d of %d", step, steps);
    }
    if (terminal) {
      bar =
          new ProgressBarBuilder()
              .setTaskName("training")
              .setInitialMax(steps)
              .startsFrom(step, Duration.ZERO)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(MILLISECONDS)
              .setSpeedUnit(ChronoUnit.SECONDS)
              .setUnit(" steps", 1)
              .build();
    }
  }

  @Override
  public void stepped(long step) {
    if (bar != null) {
      bar.stepTo(step);
    }
  }

  @Override
  public void measured(Point point, double secondsLeft) {
    if (bar != null) {
      bar.setExtraMessage(brief(point));
    } else if (point.split() == DataPart.TEST) {
      String numbers = numbers(point);
      String left = Double.isNaN(secondsLeft) ? "" : "  " + time(secondsLeft) + " left";
      Output.say("epoch %3.0f  step %6d  %s%s", point.epoch(), point.step(), numbers, left);
    }
  }

  /** What fits beside a bar on eighty columns. */
  private String brief(Point point) {
    if (point.split() == DataPart.TRAIN) {
      speed = String.format(Locale.ROOT, " %.0f images/s", point.state().imagesPerSecond());
    }
    return String.format(Locale.ROOT, "%.1f%s", point.score().bound(), speed);
  }

  private static String numbers(Point point) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s bound %.2f  bits/dim %.3f",
            point.split().name().toLowerCase(Locale.ROOT),
            point.score().bound(),
            point.score().bitsPerDim()));
    text.append(String.format(Locale.ROOT, "  %.0f images/s", point.state().imagesPerSecond()));
    if (point.state().skipped() > 0) {
      text.append("  skipped ").append(point.state().skipped());
    }
    return text.toString();
  }

  private static String time(double seconds) {
    long whole = Math.round(seconds);
    return whole >= 3600
        ? String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
        : String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60);
  }

  @Override
  public boolean isStopAsked() {
    return Termination.isAsked();
  }

  @Override
  public void noted(String line) {
    Output.say("note: %s", line);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
