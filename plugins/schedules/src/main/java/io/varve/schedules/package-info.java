/**
 * Schedules: {@code constant}, {@code linear}, {@code exponential}, {@code cosine}, {@code
 * geometric} and {@code phases}, which puts others one after another.
 */
package io.varve.schedules;
