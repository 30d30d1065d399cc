package io.varve.conformance.rule;

import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/**
 * A method that checks a rule of CONTRACT.md.
 *
 * <p>Its name is the rule's number, an underscore and what is claimed: {@code
 * b2_inverseUndoesForward}. Several methods may check one rule. The method has no arguments. Its
 * class has one constructor, which takes the {@link Fixture} of a kind.
 *
 * <p>The method returns if the rule holds. If it is broken, the method throws an {@link
 * AssertionError} of one line: where, what was found, what was expected. If the rule says nothing
 * here, it throws {@link NotApplicable}. Anything else that is thrown is the component's doing, and
 * a breach as well.
 */
@Retention(RUNTIME)
@Target(METHOD)
public @interface Rule {
  /** What a breach means. */
  Strength value() default Strength.REQUIRED;

  /** What a breach of a rule means. */
  enum Strength {
    /** A MUST, decided exactly or within rounding. */
    REQUIRED,
    /** A SHOULD: a breach is a warning. */
    OPTIONAL,
    /** A MUST, decided by statistics over fixed seeds. */
    STOCHASTIC
  }
}
