package io.varve.report.metrics;

import java.util.Locale;

/** Numbers as people read them. */
public final class Numbers {
  private static final String MINUS = "\u2212";
  private static final int THOUSAND = 1000;
  private static final int MILLION = 1_000_000;

  private Numbers() {}

  /** Four or so significant digits: 0.0003 and 98.71 and 12,345; NaN as such. */
  public static String value(double value) {
    double size = Math.abs(value);
    if (!Double.isFinite(value)) {
      return signed(Double.isNaN(value) ? "NaN" : value > 0 ? "infinite" : "-infinite");
    } else if (value == 0) {
      return "0";
    } else if (size < 1e-3 || size >= 1e9) {
      return scientific(value, 2);
    } else if (size >= THOUSAND) {
      return fixed(value, size >= 10 * THOUSAND ? 0 : 1);
    }
    return fixed(value, size >= 10 ? 2 : size >= 1 ? 3 : 4);
  }

  /** As {@link #value} without trailing zeros, for settings: 1 rather than 1.000. */
  public static String setting(double value) {
    String number = value(value);
    return number.contains(".") && !number.contains("e")
        ? number.replaceAll("\\.?0+$", "")
        : number;
  }

  /** With this many decimals, thousands separated. */
  public static String fixed(double value, int decimals) {
    return Double.isFinite(value)
        ? signed(String.format(Locale.ROOT, "%,." + decimals + "f", value))
        : value(value);
  }

  /** A whole number, thousands separated. */
  public static String count(long value) {
    return signed(String.format(Locale.ROOT, "%,d", value));
  }

  /** "1 step", "2 steps". */
  public static String count(long value, String noun) {
    return count(value) + " " + noun + (value == 1 ? "" : "s");
  }

  /** An axis label whose neighbours are {@code step} away. */
  public static String tick(double value, double step) {
    double size = Math.abs(value);
    if (size < step / 2) {
      return "0";
    } else if ((step < 1e-3 && size < 1e-2) || size >= 1e9) {
      return scientific(value, (int) Math.max(1, Math.min(9, Math.ceil(Math.log10(size / step)))));
    } else if (step >= MILLION / 10.0) {
      return tick(value / MILLION, step / MILLION) + "M";
    } else if (step >= THOUSAND || (step >= THOUSAND / 10.0 && size >= 10 * THOUSAND)) {
      return tick(value / THOUSAND, step / THOUSAND) + "k";
    }
    return fixed(value, (int) Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)));
  }

  /** Seconds as "38 s", "4 min 12 s" or "1 h 03 min". */
  public static String duration(double seconds) {
    if (!Double.isFinite(seconds)) {
      return value(seconds);
    } else if (seconds < 10) {
      return fixed(seconds, 1) + " s";
    }
    long whole = Math.round(seconds);
    if (whole < 60) {
      return whole + " s";
    } else if (whole < 3600) {
      return String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60);
    }
    return String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole / 60 % 60);
  }

  /** Coordinates in a drawing: one decimal is a tenth of a pixel. */
  public static String coordinate(double value) {
    double rounded = Math.round(value * 10) / 10.0;
    return rounded == Math.rint(rounded) ? Long.toString((long) rounded) : Double.toString(rounded);
  }

  /** 3e-4 rather than 3.0E-4. */
  public static String scientific(double value, int digits) {
    String number = String.format(Locale.ROOT, "%." + digits + "e", value);
    int e = number.indexOf('e');
    String mantissa = number.substring(0, e);
    String brief = mantissa.contains(".") ? mantissa.replaceAll("\\.?0+$", "") : mantissa;
    return signed(brief + "e" + Integer.parseInt(number.substring(e + 1)));
  }

  private static String signed(String number) {
    return number.replace("-", MINUS);
  }
}
