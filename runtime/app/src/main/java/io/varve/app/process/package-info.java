/** What surrounds a command: the process's streams, signals and caches, and how it fails. */
package io.varve.app.process;
