/** Commands that look at an installation: its parts, and what it does on a device. */
package io.varve.app.check;
