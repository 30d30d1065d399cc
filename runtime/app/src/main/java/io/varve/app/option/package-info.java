/** Options that commands share, and what they print. */
package io.varve.app.option;
