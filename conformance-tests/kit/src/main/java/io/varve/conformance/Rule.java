package io.varve.conformance;

import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/**
 * A method of a {@link Contract} that checks a rule of CONTRACT.md.
 *
 * <p>Its name is the rule's number, an underscore and what is claimed: {@code
 * b2_inverseUndoesForward}. Several methods may check one rule.
 */
@Retention(RUNTIME)
@Target(METHOD)
@interface Rule {
  /** What a breach means. */
  Level value() default Level.REQUIRED;

  /** What a breach of a rule means. */
  enum Level {
    /** A MUST, decided exactly or within rounding. */
    REQUIRED,
    /** A SHOULD: a breach is a warning. */
    OPTIONAL,
    /** A MUST, decided by statistics over fixed seeds. */
    STOCHASTIC
  }
}
