package io.varve.conformance.schedules;

import static io.varve.conformance.rule.Claim.require;

import io.varve.conformance.rule.Rule;
import io.varve.conformance.rule.Subject;
import io.varve.spi.Progress;
import io.varve.spi.Schedule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** The rules S1 and S2, for schedules. */
public final class ScheduleRules {
  /** Whole ones, fractional ones, and those past any end. */
  private static final double[] EPOCHS = {0, 1e-6, 0.25, 1, 2.5, 9.999, 10, 33.3, 500, 1e4, 1e9};

  private static final long[] STEPS = {0, 1, 2, 7, 100, 499, 12_345, 1_000_000, 1_000_000_000};

  private final Subject subject;
  private final Schedule schedule;

  ScheduleRules(Subject subject) {
    this.subject = subject;
    this.schedule = (Schedule) subject.component();
  }

  /** Every pair: how many steps make an epoch is not a schedule's to know. */
  private static List<Progress> points() {
    List<Progress> points = new ArrayList<>();
    for (long step : STEPS) {
      for (double epoch : EPOCHS) {
        points.add(new Progress(step, epoch));
      }
    }
    return points;
  }

  /** Tries every point, those past the end too. */
  @Rule
  void s1_isFiniteAtEveryPoint() {
    for (Progress point : points()) {
      double value = schedule.at(point);
      require(
          Double.isFinite(value),
          "at step %d, epoch %s: the value is %s, expected a finite number"
              .formatted(point.step(), point.epoch(), value));
    }
  }

  /** Asks again in other orders, as a resumed run does. */
  @Rule
  void s2_answersAlikeInAnyOrder() {
    List<Progress> points = points();
    List<Double> first = points.stream().map(schedule::at).toList();
    requireSame(schedule, points, first, "backwards", reversed(points.size()));
    requireSame(schedule, points, first, "in another order", shuffled(points.size()));
  }

  /** Asks a schedule bound anew, from the middle on. */
  @Rule
  void s2_answersAlikeWhenResumed() {
    List<Progress> points = points();
    List<Double> first = points.stream().map(schedule::at).toList();
    Schedule twin = (Schedule) subject.again();
    List<Integer> rest = new ArrayList<>();
    for (int i = points.size() / 2; i < points.size(); i++) {
      rest.add(i);
    }
    requireSame(twin, points, first, "by a schedule bound anew from the same YAML", rest);
  }

  private static void requireSame(
      Schedule schedule,
      List<Progress> points,
      List<Double> first,
      String how,
      List<Integer> order) {
    for (int i : order) {
      Progress point = points.get(i);
      double again = schedule.at(point);
      require(
          Double.compare(again, first.get(i)) == 0,
          "at step %d, epoch %s: the value was %s, but asked %s it is %s"
              .formatted(point.step(), point.epoch(), first.get(i), how, again));
    }
  }

  private static List<Integer> reversed(int size) {
    List<Integer> order = new ArrayList<>();
    for (int i = size - 1; i >= 0; i--) {
      order.add(i);
    }
    return order;
  }

  private static List<Integer> shuffled(int size) {
    List<Integer> order = reversed(size);
    Collections.shuffle(order, new Random(1));
    return order;
  }
}
