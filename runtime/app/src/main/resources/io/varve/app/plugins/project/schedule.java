package @package@;

import io.varve.spi.Default;
import io.varve.spi.Named;
import io.varve.spi.Progress;
import io.varve.spi.Schedule;
import org.pf4j.Extension;

/**
 * Rises from 0 in the first half of each period and stays in the second (Fu et al., 2019).
 *
 * @param period epochs
 * @param to the value it rises to
 */
@Extension
@Named(value = "@name@", examples = {"{}", "{period: 10, to: 1e-3}"})
public record @Type@(@Default("4") double period, @Default("1") double to) implements Schedule {
  /** Refuses a period without length. */
  public @Type@ {
    if (!(period > 0)) {
      throw new IllegalArgumentException("'period' must be above 0, not " + period);
    }
    if (!Double.isFinite(to)) {
      throw new IllegalArgumentException("'to' must be a finite number, not " + to);
    }
  }

  @Override
  public double at(Progress progress) {
    double turns = progress.epoch() / period;
    double within = turns - Math.floor(turns);
    return to * Math.min(1, 2 * within);
  }
}
