/** What a bundle is: its manifest, its modes, and what is verified before native code sees it. */
package io.varve.inference.bundle;
