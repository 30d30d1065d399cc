/** Commands about plug-in JARs and what they provide: plugins, verify and schema. */
package io.varve.app.plugins;
