/** Commands about bundles. */
package io.varve.app.bundle;
