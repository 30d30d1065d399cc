/** What a run writes as it goes: metrics, event files, pictures and the report. */
package io.varve.training.log;
