package io.varve.broken;

import static java.lang.annotation.ElementType.TYPE;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/** The rules of CONTRACT.md that a component breaks on purpose. */
@Retention(RUNTIME)
@Target(TYPE)
public @interface Breaks {
  /** As {@code B3}; the kit must catch each. */
  String[] value();
}
