/**
 * The conformance kit: the rules of CONTRACT.md as checks that run on any plug-in JAR.
 *
 * <p>{@link io.varve.conformance.Kit} makes the checks, {@link io.varve.conformance.Verification}
 * runs them in a process of their own, {@link io.varve.conformance.Report} tells what came of them.
 * {@code Kind} lists the rules of every kind of component.
 *
 * <p>Packages below, each of which may use those before it: rule, numerics, jars, arrays,
 * transforms, families, networks, bijectors, schedules, models, hierarchies, records.
 */
package io.varve.conformance;
