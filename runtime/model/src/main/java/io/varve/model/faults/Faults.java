package io.varve.model.faults;

import io.varve.spi.Named;
import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.security.CodeSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.pf4j.PluginRuntimeException;

/** Puts into words what a plug-in did wrong. */
public final class Faults {
  /** Code that is not the author's: its frames in a stack trace do not help to find a mistake. */
  private static final List<String> NOT_THE_AUTHORS =
      List.of(
          "java.",
          "jdk.",
          "sun.",
          "com.sun.",
          "org.pf4j.",
          "ai.djl.",
          "io.varve.spi.",
          "io.varve.export.");

  /** The code that calls components: what stands below it in a stack trace is not theirs. */
  private static final String CALLER = "io.varve.model.";

  private Faults() {}

  /**
   * Runs code that loads a class of a plug-in, which may run its author's code.
   *
   * @throws IllegalArgumentException one line: what it needs or threw, and what to do
   */
  public static <T> T loading(Callable<T> code) {
    try {
      return code.call();
    } catch (ClassNotFoundException | NoClassDefFoundError e) {
      throw new IllegalArgumentException(
          "needs " + e.getMessage().replace('/', '.') + ", which is nowhere; build it again", e);
    } catch (PluginRuntimeException | TypeNotPresentException | IncompatibleClassChangeError e) {
      throw new IllegalArgumentException("cannot be loaded: " + line(e) + "; build it again", e);
    } catch (OutOfMemoryError e) {
      throw e;
    } catch (Throwable e) { // whatever a static initialiser throws
      throw new IllegalArgumentException("threw " + thrown(e) + " when it was loaded; mend it", e);
    }
  }

  /** A type of exception, what it says, and the author's line where it came from. */
  public static String thrown(Throwable e) {
    Throwable first =
        e instanceof ExceptionInInitializerError && e.getCause() != null ? e.getCause() : e;
    String message = first.getMessage() == null ? "" : ": " + line(first);
    String at =
        Stream.of(first.getStackTrace())
            .takeWhile(frame -> !frame.getClassName().startsWith(CALLER))
            .filter(frame -> NOT_THE_AUTHORS.stream().noneMatch(frame.getClassName()::startsWith))
            .findFirst()
            .map(frame -> " at " + frame)
            .orElse("");
    return first.getClass().getSimpleName() + message + at;
  }

  /** The first line of what an exception says. */
  public static String line(Throwable e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  /** Why a file operation failed, in words: what Java says of it is often the bare path. */
  public static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "no such file";
    } else if (e instanceof AccessDeniedException) {
      return "permission denied";
    } else if (e instanceof CharacterCodingException) {
      return "it is not text in UTF-8";
    } else if (e instanceof EOFException) {
      return "it ends too early";
    } else if (e instanceof FileSystemException fault) {
      return Optional.ofNullable(fault.getReason()).orElse("the system gives no reason");
    }
    return e.getMessage() == null ? "the system gives no reason" : line(e);
  }

  /** What a component did, after its name and its JAR: {@code 'halve' (my.jar): ...}. */
  public static String in(Class<?> component, String what) {
    Named named = component.getAnnotation(Named.class);
    String name = named == null ? component.getName() : named.value();
    return "'" + name + "' (" + origin(component) + "): " + what + "; the plug-in is at fault";
  }

  private static String origin(Class<?> component) {
    return Optional.ofNullable(component.getProtectionDomain().getCodeSource())
        .map(CodeSource::getLocation)
        .map(url -> URI.create(url.toString()).getPath())
        .map(path -> path.substring(path.lastIndexOf('/') + 1))
        .filter(file -> !file.isEmpty()) // a folder of classes
        .orElse("the class path");
  }
}
