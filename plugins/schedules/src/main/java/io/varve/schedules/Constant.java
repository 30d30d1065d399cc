package io.varve.schedules;

import io.varve.spi.Named;
import io.varve.spi.Progress;
import io.varve.spi.Schedule;
import org.pf4j.Extension;

/**
 * One value throughout.
 *
 * @param value any finite number
 */
@Extension
@Named(
    value = "constant",
    examples = {"{value: 1}", "{value: 2e-3}"})
public record Constant(double value) implements Schedule {
  public Constant {
    Linear.requireFinite("value", value);
  }

  @Override
  public double at(Progress progress) {
    return value;
  }
}
