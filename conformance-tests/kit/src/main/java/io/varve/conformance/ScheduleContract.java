package io.varve.conformance;

/** The rules S1 and on, for schedules. */
final class ScheduleContract extends ComponentContract {
  ScheduleContract(Subject subject) {
    super(subject);
  }
}
