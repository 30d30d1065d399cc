package io.varve.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every rule of CONTRACT.md is checked or listed as untested, and every check has a rule. */
class RuleBookTest {
  private static final RuleBook RULES = RuleBook.read();

  /** Every class of rules. */
  private static Stream<Class<?>> classes() {
    return Stream.concat(
            Stream.of(Kind.OF_FILES, Kind.OF_LOADING, Kind.OF_RECORDS),
            Kind.ALL.stream().map(Kind::rules))
        .flatMap(List::stream);
  }

  private static Set<String> checked() {
    return classes()
        .flatMap(type -> Check.methods(type).stream())
        .map(Check::rule)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void everyRuleIsCheckedOrSaidToBeUntested() {
    Set<String> covered = checked();
    covered.addAll(RuleBook.untested().keySet());
    assertThat(covered).isEqualTo(new TreeSet<>(RULES.rules()));
  }

  @Test
  void noRuleIsBoth() {
    assertThat(checked()).doesNotContainAnyElementsOf(RuleBook.untested().keySet());
  }

  @Test
  void everyCheckIsNamedAfterItsRule() {
    for (Class<?> type : classes().toList()) {
      for (Method method : Check.methods(type)) {
        assertThat(method.getName()).as(type.getSimpleName()).matches("[a-z]\\d+_[a-z]\\w+");
        assertThat(RULES.rules()).as(method.getName()).contains(Check.rule(method));
      }
    }
  }

  @Test
  void rulesHaveTheirTextOnOneLine() {
    assertThat(RULES.rules()).contains("J1", "J11", "X12", "B8", "H6");
    assertThat(RULES.text("J10"))
        .isEqualTo("Classes MUST run on Java 17. *The oldest platform supported.*");
    assertThat(RULES.text("J3")).contains("`sub`, `mul`").endsWith("*").doesNotContain("\n");
    assertThat(RULES.plain("J10"))
        .isEqualTo("Classes MUST run on Java 17. The oldest platform supported.");
  }

  @Test
  void thePageListsWhatIsUntested() {
    List<String> rows =
        RuleBook.untested().entrySet().stream()
            .map(rule -> "| %s | %s |".formatted(rule.getKey(), rule.getValue()))
            .sorted()
            .toList();
    String table =
        "| rule | why no check bears its number |\n| --- | --- |\n" + String.join("\n", rows);
    if (ConformancePage.regenerates()) {
      ConformancePage.write("untested", table);
    }
    assertThat(ConformancePage.read("untested")).isEqualTo(table);
  }
}
