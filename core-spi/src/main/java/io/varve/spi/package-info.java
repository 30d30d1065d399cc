/** What a plug-in compiles against, and all of it; the rules are in {@code CONTRACT.md}. */
package io.varve.spi;
