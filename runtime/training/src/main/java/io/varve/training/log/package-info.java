/** What a run tells as it goes: metrics, event files, pictures and the report. */
package io.varve.training.log;
