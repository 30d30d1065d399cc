package io.varve.conformance;

import io.varve.conformance.Outcome.Status;
import io.varve.conformance.rule.Fixture;
import io.varve.conformance.rule.NotApplicable;
import io.varve.conformance.rule.Rule;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** One rule on one component: ready to run, more than once if need be. */
public final class Check {
  private final Id id;
  private final Method method;
  private final Supplier<? extends Fixture> fixture;

  private Check(Id id, Method method, Supplier<? extends Fixture> fixture) {
    this.id = id;
    this.method = method;
    this.fixture = fixture;
  }

  /**
   * What a check is about.
   *
   * @param plugin the plug-in's id
   * @param subject the component and its example, as {@code bijector rank1-affine {}}, or the JAR
   * @param rule the rule's number in CONTRACT.md, as {@code B2}
   * @param name the check's name, as {@code b2_inverseUndoesForward}
   * @param level {@code required}, {@code optional} or {@code stochastic}
   */
  public record Id(String plugin, String subject, String rule, String name, String level) {}

  /**
   * Every check of some classes, in the order of the rules.
   *
   * @param rules classes whose methods are annotated {@link Rule}
   * @param fixture makes what their constructors take
   */
  static List<Check> of(
      String plugin, String subject, List<Class<?>> rules, Supplier<? extends Fixture> fixture) {
    return rules.stream()
        .flatMap(type -> methods(type).stream())
        .sorted(Comparator.comparing(Check::rule, RuleBook.ORDER).thenComparing(Method::getName))
        .map(method -> new Check(id(plugin, subject, method), method, fixture))
        .toList();
  }

  /** The checking methods of a class. */
  static List<Method> methods(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> method.isAnnotationPresent(Rule.class))
        .toList();
  }

  /** The number of the rule that a method checks. */
  static String rule(Method method) {
    String name = method.getName();
    return name.substring(0, name.indexOf('_')).toUpperCase(Locale.ROOT);
  }

  private static Id id(String plugin, String subject, Method method) {
    String level = method.getAnnotation(Rule.class).value().name();
    return new Id(plugin, subject, rule(method), method.getName(), level.toLowerCase(Locale.ROOT));
  }

  /** What this checks. */
  public Id id() {
    return id;
  }

  /**
   * Tries the rule. Whatever a plug-in throws, an {@link Error} too, is its outcome: a check that
   * ends the virtual machine or hangs is for whoever runs it to handle.
   */
  public Outcome run() {
    long start = System.nanoTime();
    Optional<Throwable> thrown = thrown();
    Status status = thrown.map(this::status).orElse(Status.PASSED);
    String message = thrown.map(Check::line).orElse("");
    return new Outcome(id, status, message, (System.nanoTime() - start) / 1_000_000);
  }

  /** What came of it: from binding the example, from the check, or from closing what it made. */
  @SuppressWarnings("CatchingUnchecked") // a plug-in may throw anything, and each is a breach
  private Optional<Throwable> thrown() {
    try (Fixture tried = fixture.get()) {
      Constructor<?> rules = method.getDeclaringClass().getDeclaredConstructors()[0];
      rules.setAccessible(true);
      method.setAccessible(true);
      method.invoke(rules.newInstance(tried));
      return Optional.empty();
    } catch (InvocationTargetException e) {
      return Optional.of(e.getCause());
    } catch (IllegalAccessException | InstantiationException e) {
      throw new IllegalStateException(id.name() + " cannot be called", e);
    } catch (Exception | Error e) {
      return Optional.of(e);
    }
  }

  private Status status(Throwable thrown) {
    if (thrown instanceof NotApplicable) {
      return Status.NOT_APPLICABLE;
    }
    return id.level().equals("optional") ? Status.WARNED : Status.FAILED;
  }

  /** A breach in its own words; anything else with its type and where the plug-in threw it. */
  private static String line(Throwable thrown) {
    String text = String.valueOf(thrown.getMessage()).lines().findFirst().orElse("");
    if (thrown instanceof AssertionError || thrown instanceof NotApplicable) {
      return text;
    }
    StackTraceElement[] trace = thrown.getStackTrace();
    String at = trace.length == 0 ? "" : " at " + trace[0];
    return "threw " + thrown.getClass().getSimpleName() + ": " + text + at;
  }
}
