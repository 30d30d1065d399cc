package io.varve.conformance.jars;

import static io.varve.conformance.rule.Claim.require;

import io.varve.conformance.rule.Rule;
import io.varve.model.plugin.DeclaredClass;
import io.varve.model.plugin.NumberOperands;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The rules J3, J5, J10 and J11, for the byte code of a JAR. */
public final class ByteCodeRules {
  private static final Pattern OURS =
      Pattern.compile("io/varve/(model|training|inference|export|conformance|app)/.*");

  /** Class files of Java N have major version N + 44. */
  private static final int MAJOR_OF_JAVA_0 = 44;

  private static final int OLDEST_JAVA = 17;

  private final ReadJar jar;

  ByteCodeRules(ReadJar jar) {
    this.jar = jar;
  }

  /** Reads every call in its byte code. */
  @Rule
  void j3_noArrayMeetsANumber() {
    jar.plugin()
        .classes()
        .values()
        .forEach(
            bytes ->
                NumberOperands.find(DeclaredClass.readable(bytes))
                    .ifPresent(
                        found -> {
                          throw new AssertionError(
                              "%s: calls %s with a Number; write x.%s(Ops.constant(x, value))"
                                  .formatted(found.place(), found.method(), found.method()));
                        }));
  }

  /** Resolves every class that its classes mention, loading none. */
  @Rule
  void j5_needsNothingButTheApi() {
    List<String> own =
        jar.plugin().classes().keySet().stream()
            .map(ReadJar::unversioned)
            .map(entry -> entry.substring(0, entry.length() - ".class".length()))
            .toList();
    jar.plugin()
        .classes()
        .forEach(
            (entry, bytes) -> {
              for (String name : ClassReferences.of(bytes)) {
                require(
                    own.contains(name) || isPromised(name),
                    "%s needs %s, which is neither in the JAR nor what varve-core-spi brings"
                        .formatted(DeclaredClass.of(bytes).type(), name.replace('/', '.')));
              }
            });
  }

  private static boolean isPromised(String name) {
    return !OURS.matcher(name).matches() && ClassReferences.isPromised(name);
  }

  /** Reads the versions of its class files, those for later versions of Java apart. */
  @Rule
  void j10_classFilesAreForJava17() {
    for (String entry : jar.plugin().damaged()) {
      throw new AssertionError(entry + " is no whole class file; build the JAR again");
    }
    jar.plugin()
        .classes()
        .forEach(
            (entry, bytes) -> {
              Matcher versioned = ReadJar.VERSIONED.matcher(entry);
              int java = ByteBuffer.wrap(bytes).getShort(6) - MAJOR_OF_JAVA_0;
              boolean later =
                  versioned.matches() && Integer.parseInt(versioned.group(1)) > OLDEST_JAVA;
              require(
                  later || java <= OLDEST_JAVA,
                  "%s is built for Java %d, expected 17 at most; compile with --release 17"
                      .formatted(entry, java));
              require(
                  later || ByteBuffer.wrap(bytes).getShort(4) == 0,
                  entry + " uses a preview of Java, which runs on one version alone");
            });
  }

  /** Reads every call in its byte code, reached or not. */
  @Rule
  void j11_startsNoThreadAndTouchesNoFile() {
    requireNone(SideEffects::effects, "expected array code alone");
  }

  /** Reads its static fields: each is final and of a type that does not change. */
  @Rule
  void j11_hasNoStaticFieldThatChanges() {
    requireNone(SideEffects::state, "make it final and constant");
  }

  private void requireNone(Function<SideEffects, List<String>> part, String what) {
    List<String> found =
        jar.plugin().classes().values().stream()
            .flatMap(bytes -> part.apply(SideEffects.of(bytes)).stream())
            .toList();
    String more = found.size() > 1 ? " (and " + (found.size() - 1) + " more)" : "";
    for (String first : found) {
      throw new AssertionError(first + more + "; " + what);
    }
  }
}
