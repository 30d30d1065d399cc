package io.varve.report.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NumbersTest {
  @Test
  void showsFourDigitsOrSo() {
    assertThat(Numbers.value(-93.3391)).isEqualTo("\u221293.34");
    assertThat(Numbers.value(0.17183)).isEqualTo("0.1718");
    assertThat(Numbers.value(8.1791)).isEqualTo("8.179");
    assertThat(Numbers.value(7123.42)).isEqualTo("7,123.4");
    assertThat(Numbers.value(71234.2)).isEqualTo("71,234");
    assertThat(Numbers.value(2.09e-4)).isEqualTo("2.09e\u22124");
    assertThat(Numbers.value(1e-320)).startsWith("1").endsWith("e\u2212320");
    assertThat(Numbers.value(Double.NaN)).isEqualTo("NaN");
    assertThat(Numbers.value(Double.NEGATIVE_INFINITY)).isEqualTo("\u2212infinite");
  }

  @Test
  void showsSettingsBriefly() {
    assertThat(Numbers.setting(1)).isEqualTo("1");
    assertThat(Numbers.setting(0.001)).isEqualTo("0.001");
    assertThat(Numbers.setting(3e-4)).isEqualTo("3e\u22124");
    assertThat(Numbers.setting(20)).isEqualTo("20");
    assertThat(Numbers.setting(100_000)).isEqualTo("100,000");
  }

  @Test
  void showsDurations() {
    assertThat(Numbers.duration(0.61)).isEqualTo("0.6 s");
    assertThat(Numbers.duration(38.2)).isEqualTo("38 s");
    assertThat(Numbers.duration(59.7)).isEqualTo("1 min 00 s");
    assertThat(Numbers.duration(252)).isEqualTo("4 min 12 s");
    assertThat(Numbers.duration(3780)).isEqualTo("1 h 03 min");
  }
}
