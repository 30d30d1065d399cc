package io.varve.conformance.jars;

import ai.djl.ndarray.NDArray;
import io.varve.model.plugin.DeclaredClass;
import io.varve.spi.Component;
import java.net.URL;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.pf4j.Extension;
import org.slf4j.Logger;

/** The classes that a class file needs, and whether a plug-in may count on them (rule J5). */
final class ClassReferences {
  /** One class of each JAR that core-spi brings an author: DJL's API, PF4J and SLF4J. */
  private static final List<Class<?>> PROMISED =
      List.of(Component.class, NDArray.class, Extension.class, Logger.class);

  private final Set<String> names = new TreeSet<>();

  private ClassReferences() {}

  /**
   * The classes that a class file mentions in its head, fields, methods and code, as {@code a/B}.
   * What only its debugging information or its list of inner classes names is never loaded.
   */
  static Set<String> of(byte[] classFile) {
    ClassReferences references = new ClassReferences();
    new ClassReader(DeclaredClass.readable(classFile))
        .accept(references.members(), ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    return references.names;
  }

  /** Whether a class is the JDK's or one that core-spi brings. */
  static boolean isPromised(String name) {
    String file = name + ".class";
    if (ClassLoader.getPlatformClassLoader().getResource(file) != null) {
      return true;
    }
    URL found = ClassReferences.class.getClassLoader().getResource(file);
    return found != null && PROMISED.stream().anyMatch(type -> isBeside(found, file, type));
  }

  private static boolean isBeside(URL found, String file, Class<?> type) {
    String own = type.getName().replace('.', '/') + ".class";
    URL there = type.getClassLoader().getResource(own);
    return there != null && root(found, file).equals(root(there, own));
  }

  private static String root(URL url, String file) {
    String text = url.toString();
    return text.substring(0, text.length() - file.length());
  }

  private ClassVisitor members() {
    return new ClassVisitor(Opcodes.ASM9) {
      @Override
      public void visit(
          int version, int access, String name, String signature, String up, String[] interfaces) {
        add(name);
        if (up != null) {
          add(up);
        }
        for (String each : interfaces) {
          add(each);
        }
      }

      /** A record's, which it is bound by. */
      @Override
      public FieldVisitor visitField(
          int access, String name, String descriptor, String signature, Object value) {
        add(Type.getType(descriptor));
        return null;
      }

      @Override
      public MethodVisitor visitMethod(
          int access, String name, String descriptor, String signature, String[] exceptions) {
        add(Type.getReturnType(descriptor));
        for (Type argument : Type.getArgumentTypes(descriptor)) {
          add(argument);
        }
        return code();
      }
    };
  }

  /** Owners of what code calls and reads, what it makes, catches and casts to. */
  private MethodVisitor code() {
    return new MethodVisitor(Opcodes.ASM9) {
      @Override
      public void visitTypeInsn(int opcode, String type) {
        add(type);
      }

      @Override
      public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
        add(owner);
      }

      @Override
      public void visitMethodInsn(
          int opcode, String owner, String name, String descriptor, boolean isInterface) {
        add(owner);
      }

      @Override
      public void visitLdcInsn(Object value) {
        if (value instanceof Type type && type.getSort() != Type.METHOD) {
          add(type);
        }
      }

      @Override
      public void visitTryCatchBlock(Label start, Label end, Label handler, String type) {
        if (type != null) {
          add(type);
        }
      }

      @Override
      public void visitInvokeDynamicInsn(
          String name, String descriptor, Handle bootstrap, Object... arguments) {
        for (Object argument : arguments) {
          if (argument instanceof Handle handle) {
            add(handle.getOwner());
          }
        }
      }
    };
  }

  private void add(String internalName) {
    add(Type.getObjectType(internalName));
  }

  private void add(Type type) {
    Type item = type.getSort() == Type.ARRAY ? type.getElementType() : type;
    if (item.getSort() == Type.OBJECT) {
      names.add(item.getInternalName());
    }
  }
}
