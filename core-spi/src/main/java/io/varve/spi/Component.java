package io.varve.spi;

/**
 * A record whose components are its YAML keys. One record is one plug-in: no factory, no config
 * class.
 *
 * <p>Implementations are immutable records annotated {@link Named} and {@code @org.pf4j.Extension}.
 */
public interface Component extends org.pf4j.ExtensionPoint {}
