package io.varve.spi;

import static java.lang.annotation.ElementType.RECORD_COMPONENT;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/**
 * The component's keys stand in the mapping of the record that holds it, not in one of their own.
 *
 * <p>A {@link Factor} is written {@code {type: normal, given: [x], network: ...}}: {@code given}
 * and {@code network} are the factor's, {@code type} and every other key the family's.
 */
@Retention(RUNTIME)
@Target(RECORD_COMPONENT)
public @interface Inline {}
