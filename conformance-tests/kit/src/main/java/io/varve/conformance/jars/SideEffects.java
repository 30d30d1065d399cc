package io.varve.conformance.jars;

import io.varve.model.plugin.DeclaredClass;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Finds what a component must not do (rule J11) in a class file: threads, files, the network, the
 * process, native code, and static fields that can change.
 */
final class SideEffects extends ClassVisitor {
  private static final Pattern THREADS =
      Pattern.compile(
          "java/lang/Thread\\.(<init>|start|ofVirtual|ofPlatform|startVirtualThread)"
              + "|java/util/concurrent/(Executors|ForkJoinPool|\\w*Executor)\\..*"
              + "|java/util/concurrent/CompletableFuture\\.\\w*Async"
              + "|java/util/Timer\\.<init>"
              + "|java/util/.*\\.parallelStream|java/util/stream/.*\\.parallel");

  private static final Pattern FILES =
      Pattern.compile(
          "java/io/(File(Input|Output)Stream|File(Reader|Writer)|RandomAccessFile)\\.<init>"
              + "|java/io/File\\.(create|delete|mkdir|rename|set|list).*"
              + "|java/nio/file/Files\\..*|java/nio/channels/\\w*FileChannel\\.open");

  private static final Pattern NETWORK =
      Pattern.compile(
          "java/net/(\\w*Socket\\w*|URLConnection|HttpURLConnection)\\..*"
              + "|java/net/URL\\.(open\\w*|getContent)|java/net/http/.*");

  private static final Pattern PROCESS =
      Pattern.compile(
          "java/lang/System\\.(exit|setProperty|setProperties|clearProperty|setOut|setErr|setIn)"
              + "|java/lang/Runtime\\.(exit|halt|exec|addShutdownHook)|java/lang/ProcessBuilder\\..*"
              + "|java/util/(Locale|TimeZone)\\.setDefault");

  private static final Pattern NATIVE =
      Pattern.compile("java/lang/(System|Runtime)\\.load(Library)?");

  /** Types whose content changes by their nature. */
  private static final Pattern CHANGEABLE =
      Pattern.compile(
          "Ljava/util/concurrent/atomic/.*|Ljava/lang/(StringBuilder|StringBuffer|ThreadLocal);"
              + "|Ljava/util/(Random|SplittableRandom|WeakHashMap|IdentityHashMap|BitSet);"
              + "|Ljava/util/concurrent/\\w*(Map|Queue|Deque|Set|List|Adder);"
              + "|Lai/djl/ndarray/(NDArray|NDManager|NDList);|Lai/djl/nn/(Block|Parameter);");

  private final List<String> effects = new ArrayList<>();
  private final List<String> state = new ArrayList<>();
  private String type = "";

  private SideEffects() {
    super(Opcodes.ASM9);
  }

  /** Reads a class file. */
  static SideEffects of(byte[] classFile) {
    SideEffects found = new SideEffects();
    new ClassReader(DeclaredClass.readable(classFile)).accept(found, ClassReader.SKIP_FRAMES);
    return found;
  }

  /** What code does, as {@code mine.Halve.apply, line 12: starts a thread (Thread.start)}. */
  List<String> effects() {
    return effects;
  }

  /** Static fields that can change, as {@code mine.Halve.count: ...}. */
  List<String> state() {
    return state;
  }

  @Override
  public void visit(
      int version, int access, String name, String signature, String parent, String[] interfaces) {
    type = name.replace('/', '.');
    if ("java/lang/Thread".equals(parent)) {
      effects.add(type + ": is a thread");
    }
  }

  @Override
  public FieldVisitor visitField(
      int access, String name, String descriptor, String signature, Object value) {
    boolean ofAuthor = (access & Opcodes.ACC_STATIC) != 0 && (access & Opcodes.ACC_SYNTHETIC) == 0;
    boolean changes = (access & Opcodes.ACC_FINAL) == 0 || CHANGEABLE.matcher(descriptor).matches();
    if (ofAuthor && changes) {
      state.add(type + "." + name + ": is static and can change");
    }
    return null;
  }

  @Override
  public MethodVisitor visitMethod(
      int access, String method, String descriptor, String signature, String[] exceptions) {
    if ((access & Opcodes.ACC_NATIVE) != 0) {
      effects.add(type + "." + method + ": is native");
    }
    return new MethodVisitor(Opcodes.ASM9) {
      private int line;

      @Override
      public void visitLineNumber(int number, Label start) {
        line = number;
      }

      @Override
      public void visitMethodInsn(
          int opcode, String owner, String name, String descriptor, boolean isInterface) {
        note(owner, name);
      }

      /** A method reference, such as {@code Thread::new}. */
      @Override
      public void visitInvokeDynamicInsn(
          String name, String descriptor, Handle bootstrap, Object... arguments) {
        for (Object argument : arguments) {
          if (argument instanceof Handle handle) {
            note(handle.getOwner(), handle.getName());
          }
        }
      }

      private void note(String owner, String name) {
        String call = owner + "." + name;
        String effect = effect(call);
        if (!effect.isEmpty()) {
          effects.add("%s.%s, line %d: %s".formatted(type, method, line, effect));
        }
      }
    };
  }

  private static String effect(String call) {
    String simple = call.substring(call.lastIndexOf('/') + 1).replace(".<init>", "");
    if (THREADS.matcher(call).matches()) {
      return "starts threads (" + simple + ")";
    }
    if (FILES.matcher(call).matches()) {
      return "uses files (" + simple + ")";
    }
    if (NETWORK.matcher(call).matches()) {
      return "uses the network (" + simple + ")";
    }
    if (PROCESS.matcher(call).matches()) {
      return "changes the process (" + simple + ")";
    }
    return NATIVE.matcher(call).matches() ? "loads native code (" + simple + ")" : "";
  }
}
