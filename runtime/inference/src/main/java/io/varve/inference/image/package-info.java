/**
 * Pictures of PNG and JPEG files, and of the JDK, as bytes. Every file is read in one way wherever
 * it is read: samples as they are stored, on every JDK.
 */
package io.varve.inference.image;
