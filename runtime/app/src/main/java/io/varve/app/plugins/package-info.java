/** Commands about plug-in JARs. */
package io.varve.app.plugins;
