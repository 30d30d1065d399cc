package io.varve.suite;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/**
 * The public types of a JAR, with all that a program may use of them.
 *
 * @param names of packages, and of single types of other packages
 */
record Api(Path jar, Set<String> names) {
  /** Every type has them. */
  private static final Set<String> OF_OBJECT = Set.of("equals", "hashCode", "toString");

  /** One line for each type and each member, in the order of the alphabet. */
  List<String> lines() throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      return zip.stream()
          .map(entry -> entry.getName())
          .filter(name -> name.endsWith(".class"))
          .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.'))
          .filter(this::isListed)
          .filter(name -> !name.endsWith("-info"))
          .map(Api::load)
          .filter(Api::isPublic)
          .flatMap(Api::lines)
          .sorted()
          .toList();
    }
  }

  private boolean isListed(String type) {
    return names.contains(type.replaceAll("\\.[^.]*$", ""))
        || names.contains(type.replaceAll("\\$.*", ""));
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, Api.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isPublic(Class<?> type) {
    return Modifier.isPublic(type.getModifiers())
        && (type.getDeclaringClass() == null || isPublic(type.getDeclaringClass()));
  }

  private static Stream<String> lines(Class<?> type) {
    String name = type.getName();
    Stream<Executable> code =
        Stream.concat(
            Stream.of(type.getDeclaredConstructors()), Stream.of(type.getDeclaredMethods()));
    return Stream.of(
            Stream.of(name + ": " + kind(type)),
            code.filter(Api::usable).map(member -> name + ": " + signature(member)),
            Stream.of(type.getDeclaredFields())
                .filter(Api::usable)
                .map(field -> name + ": " + signature(field)))
        .flatMap(lines -> lines);
  }

  private static boolean usable(Member member) {
    return (member.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) != 0
        && !member.isSynthetic()
        && !OF_OBJECT.contains(member.getName());
  }

  private static String kind(Class<?> type) {
    String kind =
        type.isAnnotation()
            ? "annotation"
            : type.isInterface()
                ? "interface"
                : type.isRecord() ? "record" : type.isEnum() ? "enum" : "class";
    String supertypes =
        Stream.concat(
                Stream.ofNullable(type.getGenericSuperclass()),
                Stream.of(type.getGenericInterfaces()))
            .map(Type::getTypeName)
            .sorted()
            .collect(Collectors.joining(", "));
    return kind + (supertypes.isEmpty() ? "" : " is " + supertypes);
  }

  private static String signature(Executable member) {
    String types =
        Arrays.stream(member.getGenericParameterTypes())
            .map(Type::getTypeName)
            .collect(Collectors.joining(", "));
    String result =
        member instanceof Constructor<?>
            ? "new"
            : ((Method) member).getGenericReturnType().getTypeName() + " " + member.getName();
    boolean optional = member instanceof Method method && method.isDefault();
    return placed(member) + (optional ? "default " : "") + result + "(" + types + ")";
  }

  private static String signature(Field field) {
    return placed(field) + field.getGenericType().getTypeName() + " " + field.getName();
  }

  private static String placed(Member member) {
    return Modifier.isStatic(member.getModifiers()) ? "static " : "";
  }
}
