package io.varve.model.binder;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a static method that makes a record of what YAML has in its place, such as a number.
 *
 * <p>A record with such a method is not written as a mapping of its components. The method takes
 * one argument: a single value, or a {@code Map<String, V>} of values by free names. A record may
 * have one method of each kind.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface YamlForm {}
