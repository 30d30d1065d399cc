package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every public type, and every public method that overrides nothing, says what it is. */
class DocumentationTest {
  private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();

  @Test
  void everyPublicTypeAndMethodIsDocumented() throws IOException {
    try (Stream<Path> files = Files.walk(Cli.root())) {
      List<Path> sources = files.filter(DocumentationTest::isOurs).toList();
      assertThat(sources).as("main sources").isNotEmpty();
      assertThat(undocumented(sources)).isEmpty();
    }
  }

  @Test
  void findsWhatIsNotDocumented(@TempDir Path folder) throws IOException {
    Path source =
        Files.writeString(
            folder.resolve("Thing.java"),
            """
            public record Thing(int size) {
              /** Told. */
              public int told() { return 1; }
              public int untold() { return 2; }
              int inner() { return 3; }
              @Override public String toString() { return ""; }
              interface Hidden { int any(); }
              public interface Open { int all(); }
            }
            """);
    assertThat(undocumented(List.of(source)))
        .extracting(line -> line.substring(line.lastIndexOf('/') + 1))
        .containsExactlyInAnyOrder(
            "Thing.java:1: Thing",
            "Thing.java:4: untold",
            "Thing.java:8: Open",
            "Thing.java:8: all");
  }

  private static boolean isOurs(Path file) {
    String path = file.toString().replace('\\', '/');
    return path.contains("/src/main/java/") && path.endsWith(".java");
  }

  private static List<String> undocumented(List<Path> sources) throws IOException {
    List<String> found = new ArrayList<>();
    try (StandardJavaFileManager manager = COMPILER.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              COMPILER.getTask(
                  null, manager, null, null, null, manager.getJavaFileObjectsFromPaths(sources));
      DocTrees trees = DocTrees.instance(task);
      for (CompilationUnitTree unit : task.parse()) {
        new Reader(trees, unit, found).scan(unit, null);
      }
    }
    return found;
  }

  /** Visits what other modules can see: public types, and in them public methods. */
  private static final class Reader extends TreePathScanner<Void, Void> {
    private final DocTrees trees;
    private final CompilationUnitTree unit;
    private final List<String> found;

    Reader(DocTrees trees, CompilationUnitTree unit, List<String> found) {
      this.trees = trees;
      this.unit = unit;
      this.found = found;
    }

    @Override
    public Void visitClass(ClassTree type, Void unused) {
      if (!isPublic(type.getModifiers())) {
        return null;
      }
      note(type, type.getSimpleName());
      return super.visitClass(type, null);
    }

    @Override
    public Void visitMethod(MethodTree method, Void unused) {
      boolean overrides =
          method.getModifiers().getAnnotations().stream()
              .anyMatch(annotation -> annotation.getAnnotationType().toString().equals("Override"));
      boolean constructs = method.getReturnType() == null;
      if (isPublic(method.getModifiers()) && !overrides && !constructs) {
        note(method, method.getName());
      }
      return null;
    }

    /** Members of an interface or annotation are public unless they say otherwise. */
    private boolean isPublic(ModifiersTree modifiers) {
      return modifiers.getFlags().contains(Modifier.PUBLIC)
          || (getCurrentPath().getParentPath().getLeaf() instanceof ClassTree owner
              && (owner.getKind() == Tree.Kind.INTERFACE
                  || owner.getKind() == Tree.Kind.ANNOTATION_TYPE)
              && !modifiers.getFlags().contains(Modifier.PRIVATE));
    }

    private void note(Tree tree, CharSequence name) {
      if (trees.getDocComment(getCurrentPath()) == null) {
        long start = trees.getSourcePositions().getStartPosition(unit, tree);
        long line = unit.getLineMap().getLineNumber(start);
        found.add(unit.getSourceFile().getName() + ":" + line + ": " + name);
      }
    }
  }
}
