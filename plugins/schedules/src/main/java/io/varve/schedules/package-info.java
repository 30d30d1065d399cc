/** Schedules: {@code constant} and {@code linear}. */
package io.varve.schedules;
