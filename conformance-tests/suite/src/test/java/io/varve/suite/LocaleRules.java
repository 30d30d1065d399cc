package io.varve.suite;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessTargetWhere;
import static com.tngtech.archunit.lang.conditions.ArchConditions.not;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.codeUnits;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Nothing that a program reads depends on the locale or the charset of the machine. Messages may.
 */
final class LocaleRules {
  /** Owner, name and parameters of what takes the default locale or charset. */
  private static final Set<String> DEFAULTS =
      Set.of(
          "java.lang.String.toLowerCase()",
          "java.lang.String.toUpperCase()",
          "java.lang.String.format(String,Object[])",
          "java.lang.String.getBytes()",
          "java.lang.String.<init>(byte[])",
          "java.lang.String.<init>(byte[],int,int)",
          "java.io.PrintStream.printf(String,Object[])",
          "java.io.PrintStream.format(String,Object[])",
          "java.io.PrintWriter.printf(String,Object[])",
          "java.io.PrintWriter.format(String,Object[])",
          "java.io.InputStreamReader.<init>(InputStream)",
          "java.io.OutputStreamWriter.<init>(OutputStream)",
          "java.io.FileReader.<init>(File)",
          "java.io.FileReader.<init>(String)",
          "java.io.FileWriter.<init>(File)",
          "java.io.FileWriter.<init>(String)",
          "java.io.ByteArrayOutputStream.toString()",
          "java.nio.charset.Charset.defaultCharset()",
          "java.text.DecimalFormat.<init>(String)",
          "java.text.NumberFormat.getInstance()",
          "java.text.NumberFormat.getNumberInstance()",
          "java.text.SimpleDateFormat.<init>(String)",
          "java.time.format.DateTimeFormatter.ofPattern(String)",
          "java.util.Formatter.<init>()",
          "java.util.Locale.getDefault()",
          "java.util.Scanner.<init>(InputStream)");

  /** Methods that take or make a message. */
  private static final Pattern OF_MESSAGES =
      Pattern.compile("(require|refuse).*|noted|say|warn|malformed|unknown");

  private LocaleRules() {}

  static ArchRule defaults() {
    return noClasses()
        .that(resideInAPackage("io.varve.."))
        .should(
            accessTargetWhere(
                describe(
                    "the machine's locale or charset decides",
                    access -> DEFAULTS.contains(signature(access)))))
        .because("files must be alike everywhere; give a Locale.ROOT or a charset");
  }

  private static String signature(JavaAccess<?> access) {
    String parameters =
        access.getTarget() instanceof CodeUnitAccessTarget target
            ? target.getRawParameterTypes().stream()
                .map(type -> type.getSimpleName())
                .reduce((a, b) -> a + "," + b)
                .orElse("")
            : "";
    return access.getTargetOwner().getName() + "." + access.getName() + "(" + parameters + ")";
  }

  /** {@code String.formatted} has no locale to be given, so it is for messages alone. */
  static ArchRule formatted() {
    ArchCondition<JavaCodeUnit> formatsWhatIsNoMessage =
        ArchCondition.from(
            describe(
                "call String.formatted and make no message",
                method -> formats(method) && !makesMessage(method)));
    return codeUnits()
        .that()
        .areDeclaredInClassesThat(resideInAPackage("io.varve.."))
        .and()
        // The kit's rules make nothing but messages.
        .areDeclaredInClassesThat(
            describe(
                "are no rules",
                type -> !type.getName().matches("io\\.varve\\.conformance\\..*\\..*")))
        .should(not(formatsWhatIsNoMessage))
        .because(
            "it takes the digits of the machine's locale; use String.format(Locale.ROOT, ...)");
  }

  private static boolean formats(JavaCodeUnit method) {
    return Stream.concat(
            method.getMethodCallsFromSelf().stream(), method.getMethodReferencesFromSelf().stream())
        .anyMatch(
            call ->
                call.getTargetOwner().isEquivalentTo(String.class)
                    && call.getName().equals("formatted"));
  }

  private static boolean makesMessage(JavaCodeUnit method) {
    return method.getConstructorCallsFromSelf().stream()
            .anyMatch(call -> call.getTargetOwner().isAssignableTo(Throwable.class))
        || OF_MESSAGES.matcher(method.getName()).matches()
        || method.getMethodCallsFromSelf().stream()
            .anyMatch(
                call ->
                    call.getTarget().getRawReturnType().isAssignableTo(Throwable.class)
                        || OF_MESSAGES.matcher(call.getName()).matches());
  }
}
