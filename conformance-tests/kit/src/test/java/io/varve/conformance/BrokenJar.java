package io.varve.conformance;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;

/**
 * A plug-in JAR with one mistake: a transform by its source, and what is wrong with the rest.
 *
 * @param name of the JAR, and of the transform unless that is the mistake
 * @param mistake in words
 * @param breaks the rules it breaks
 * @param members of the record, by what each is: see {@link #source}
 * @param changes to the JAR: entries to add, or to leave out where there are no bytes
 * @param apart whether it must run in a process of its own, which it ends or fills
 */
record BrokenJar(
    String name,
    String mistake,
    List<String> breaks,
    Map<String, String> members,
    Map<String, byte[]> changes,
    boolean apart) {
  private static final String SOURCE =
      """
      package broken.PACKAGE;

      import ai.djl.ndarray.*;
      import ai.djl.ndarray.types.*;
      import io.varve.spi.*;
      import java.nio.file.*;
      import java.util.*;
      import org.pf4j.Extension;

      @Extension
      @Named(NAMED)
      public HEAD implements Transform {
        STATICS
        CONSTRUCTOR
        public NDArray apply(NDArray x, Space space) {
          APPLY
          return x;
        }

        public Space space(Space x) {
          SPACE
          return x;
        }
      }

      class Helper {
        static void help() {}
      }
      """;

  static BrokenJar of(String name, String mistake, String... breaks) {
    return new BrokenJar(name, mistake, List.of(breaks), Map.of(), Map.of(), false);
  }

  /** With Java in place of a word of the source. */
  BrokenJar with(String word, String java) {
    Map<String, String> more = new LinkedHashMap<>(members);
    more.put(word, java);
    return new BrokenJar(name, mistake, breaks, more, changes, apart);
  }

  /** With a further entry, or without one. */
  BrokenJar entry(String path, byte[] bytes) {
    Map<String, byte[]> more = new LinkedHashMap<>(changes);
    more.put(path, bytes);
    return new BrokenJar(name, mistake, breaks, members, more, apart);
  }

  /** Run in a process of its own. */
  BrokenJar endingItsProcess() {
    return new BrokenJar(name, mistake, breaks, members, changes, true);
  }

  /** The package's last word. */
  String folder() {
    return name.replace("-", "");
  }

  /** The transform's source: the identity, but for the mistake. */
  String source() {
    Map<String, String> words = new LinkedHashMap<>();
    words.put("PACKAGE", folder());
    words.put("NAMED", "\"" + name + "\"");
    words.put("HEAD", "record Broken(KEYS)");
    for (String empty : List.of("KEYS", "STATICS", "CONSTRUCTOR", "APPLY", "SPACE")) {
      words.put(empty, "");
    }
    words.putAll(members);
    String source = SOURCE;
    for (Map.Entry<String, String> word : words.entrySet()) {
      source = source.replaceFirst("\\b" + word.getKey() + "\\b", java(word.getValue()));
    }
    return source;
  }

  private static String java(String text) {
    return Matcher.quoteReplacement(text);
  }

  /** Each of them. */
  static List<BrokenJar> all() {
    List<BrokenJar> all = new ArrayList<>();
    all.addAll(wronglyPacked());
    all.addAll(wronglyDeclared());
    all.addAll(wronglyWritten());
    all.addAll(harmful());
    return all;
  }

  private static List<BrokenJar> wronglyPacked() {
    byte[] text = "not what it seems".getBytes(StandardCharsets.UTF_8);
    return List.of(
        of("second-djl", "ships a class of DJL's API", "J4")
            .entry("ai/djl/ndarray/Helper.class", BrokenJars.SOME_CLASS),
        of("native-library", "ships a library of native code", "J4").entry("lib/libfast.so", text),
        of("no-descriptor", "its manifest has no Plugin-Id", "J9")
            .entry(
                "META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n".getBytes(StandardCharsets.UTF_8)),
        of("no-index", "built without PF4J's annotation processor", "J1")
            .entry("META-INF/extensions.idx", BrokenJars.ABSENT),
        of("newer-class-file", "compiled for Java 21", "J10")
            .entry("broken/newerclassfile/Broken.class", BrokenJars.NEWER),
        of("class-left-out", "packed without a class that it needs", "J5")
            .with("SPACE", "Helper.help();")
            .entry("broken/classleftout/Helper.class", BrokenJars.ABSENT));
  }

  private static List<BrokenJar> wronglyDeclared() {
    return List.of(
        of("no-record", "a class in place of a record", "J1").with("HEAD", "final class Broken"),
        of("clashing-name", "has the name of a bundled transform", "J2")
            .with("NAMED", "\"greyscale\""),
        of("shouting-name", "its name is no lower-case word", "J2").with("NAMED", "\"Shouting\""),
        of("no-example", "gives no example though it needs a key", "J6")
            .with("NAMED", "value = \"no-example\", examples = {}")
            .with("KEYS", "int step"),
        of("misspelt-example", "its example misspells a key", "J6")
            .with("NAMED", "value = \"misspelt-example\", examples = \"{stepp: 2}\"")
            .with("KEYS", "int step"),
        of("shared-list", "keeps the list it was given, which others may change", "J7")
            .with("NAMED", "value = \"shared-list\", examples = \"{steps: [1, 2]}\"")
            .with("KEYS", "List<Integer> steps"),
        of("unequal", "is equal to nothing but itself", "J7")
            .with(
                "CONSTRUCTOR",
                "public boolean equals(Object o) { return this == o; }"
                    + " public int hashCode() { return System.identityHashCode(this); }"),
        of("takes-zero", "takes a step of 0, by which it divides", "J8")
            .with("NAMED", "value = \"takes-zero\", examples = \"{step: 2}\"")
            .with("KEYS", "int step")
            .with("SPACE", "if (x.shape().get(0) % step > 5) { return x; }"),
        of("refuses-silently", "refuses a negative step by an exception that says nothing", "J8")
            .with("NAMED", "value = \"refuses-silently\", examples = \"{step: 2}\"")
            .with("KEYS", "int step")
            .with(
                "CONSTRUCTOR",
                "public Broken { if (step < 1) { throw new IllegalArgumentException(); } }"));
  }

  private static List<BrokenJar> wronglyWritten() {
    return List.of(
        of("number-operand", "multiplies an array by a Number", "J3")
            .with("APPLY", "x = x.mul(1);"),
        of("needs-an-engine", "casts an array to an engine's", "J5")
            .with("APPLY", "((ai.djl.pytorch.engine.PtNDArray) x).isSparse();"),
        of("counts-calls", "counts its calls in a static field", "J11")
            .with("STATICS", "private static int calls;")
            .with("SPACE", "calls++;"),
        of("caches-spaces", "keeps what it computed in a static map", "J11")
            .with("STATICS", "private static final Map<Space, Space> CACHE = new HashMap<>();")
            .with("SPACE", "CACHE.put(x, x);"),
        of("starts-a-thread", "starts a thread when it is made", "J11")
            .with("CONSTRUCTOR", "public Broken { new Thread(() -> {}).start(); }"),
        of("reads-a-file", "reads a file to know its space", "J11")
            .with("SPACE", "if (Files.exists(Path.of(\"settings\"))) { return x; }"));
  }

  private static List<BrokenJar> harmful() {
    return List.of(
        of("exits", "calls System.exit where it cannot go on", "J6", "J11")
            .with("SPACE", "if (x.levels() < 1000) { System.exit(0); }")
            .endingItsProcess(),
        of("exits-when-loaded", "calls System.exit in a static initialiser", "J5", "J11")
            .with("STATICS", "static { System.exit(0); }")
            .endingItsProcess(),
        of("never-ends", "loops for ever", "J6")
            .with("SPACE", "while (x.levels() > -1) { Thread.onSpinWait(); }")
            .endingItsProcess(),
        of("fills-the-heap", "keeps all it ever made", "J6")
            .with(
                "SPACE",
                "List<long[]> all = new ArrayList<>(); while (x.levels() > -1) { all.add(new long[1"
                    + " << 20]); }")
            .endingItsProcess(),
        of("fills-native-memory", "makes arrays in a loop without an end", "T1")
            .with(
                "APPLY", "while (space.levels() > -1) { x.getManager().ones(new Shape(1 << 24)); }")
            .endingItsProcess(),
        of("crashes", "writes to an address of its own making", "J6")
            .with(
                "SPACE",
                "try { var f = sun.misc.Unsafe.class.getDeclaredField(\"theUnsafe\");"
                    + " f.setAccessible(true); ((sun.misc.Unsafe) f.get(null)).putAddress(0, 1); }"
                    + " catch (ReflectiveOperationException e) { throw new"
                    + " IllegalStateException(e); }")
            .endingItsProcess());
  }
}
