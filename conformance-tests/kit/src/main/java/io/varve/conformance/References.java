package io.varve.conformance;

import ai.djl.ndarray.NDArray;
import io.varve.spi.Component;
import java.net.URL;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.pf4j.Extension;
import org.slf4j.Logger;

/** The classes that a class file needs, and whether a plug-in may count on them (rule J5). */
final class References {
  private static final int CLASS = 7;

  /** One class of each JAR that core-spi brings an author: DJL's API, PF4J and SLF4J. */
  private static final List<Class<?>> PROMISED =
      List.of(Component.class, NDArray.class, Extension.class, Logger.class);

  private final Set<String> names = new TreeSet<>();

  private References() {}

  /** The classes that a class file mentions in code, fields and methods, as {@code a/B}. */
  static Set<String> of(byte[] classFile) {
    References references = new References();
    ClassReader reader = Declaration.reader(classFile);
    references.constants(reader);
    references.members(reader);
    return references.names;
  }

  /** Whether a class is the JDK's or one that core-spi brings. */
  static boolean isPromised(String name) {
    String file = name + ".class";
    if (ClassLoader.getPlatformClassLoader().getResource(file) != null) {
      return true;
    }
    URL found = References.class.getClassLoader().getResource(file);
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

  /** Whatever code names: owners of what it calls, what it makes, catches and casts to. */
  private void constants(ClassReader reader) {
    char[] buffer = new char[reader.getMaxStringLength()];
    for (int i = 1; i < reader.getItemCount(); i++) {
      int item = reader.getItem(i);
      if (item > 0 && reader.readByte(item - 1) == CLASS) {
        add(Type.getObjectType(reader.readUTF8(item, buffer)));
      }
    }
  }

  /** Types of fields and methods, which a record needs to be bound. */
  private void members(ClassReader reader) {
    reader.accept(
        new ClassVisitor(Opcodes.ASM9) {
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
            return null;
          }
        },
        ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
  }

  private void add(Type type) {
    Type item = type.getSort() == Type.ARRAY ? type.getElementType() : type;
    if (item.getSort() == Type.OBJECT) {
      names.add(item.getInternalName());
    }
  }
}
