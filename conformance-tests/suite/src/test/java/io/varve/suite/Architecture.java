package io.varve.suite;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessTargetWhere;
import static com.tngtech.archunit.lang.conditions.ArchConditions.onlyDependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.internal.NDArrayEx;
import ai.onnxruntime.OrtEnvironment;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import io.varve.inference.onnxruntime.OnnxRuntime;
import io.varve.spi.Component;
import io.varve.spi.Named;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.pf4j.Extension;

/**
 * The rules that our compiled classes keep: who may use whom, and what nobody may do.
 *
 * <p>The build says the same of modules (Enforcer, in each pom); here it is said of packages, in
 * the table of {@link Layout}. Rules about packages that are still empty pass.
 */
final class Architecture {
  /** A package with more types than these hides its shape. */
  private static final int TYPES = 25;

  /** One package, so that plug-in JARs go on working. */
  private static final String SPI = "spi";

  private static final DescribedPredicate<JavaClass> OURS = resideInAPackage("io.varve..");

  /** Of NDArray and NDArrays; with a trailing i in place, with a leading r in NDArrayEx. */
  private static final Pattern ARITHMETIC =
      Pattern.compile("r?(add|sub|mul|div|mod|pow|maximum|minimum)i?");

  private Architecture() {}

  /** Every rule by a short name, in the order of the names. */
  static Map<String, ArchRule> rules() {
    Map<String, ArchRule> rules = new TreeMap<>();
    Map<String, Set<String>> uses = Layout.uses(Layout.MODULES);
    uses.forEach((user, used) -> rules.put("uses: " + user, uses(user, used)));
    rules.put("table", table(uses.keySet()));
    rules.put("size", size());
    rules.put("record", recordWithoutOnnx());
    rules.put("onnx", onnxStandsAlone());
    rules.put("engine", engine());
    rules.put("quiet", quiet());
    rules.put("threads", threads());
    rules.put("inference", inferenceWithoutDjl());
    rules.put("numbers", numberOperands());
    rules.put("names", names());
    rules.put("accessors", accessors());
    rules.put("process", process());
    rules.put("defaults", LocaleRules.defaults());
    rules.put("formatted", LocaleRules.formatted());
    rules.put("components", components());
    rules.put("cycles", slices().matching("io.varve.(**)").should().beFreeOfCycles());
    return rules;
  }

  private static ArchRule uses(String user, Set<String> used) {
    String[] packages =
        Stream.concat(Stream.of(user), used.stream())
            .map(name -> "io.varve." + name)
            .toArray(String[]::new);
    return classes()
        .that()
        .resideInAPackage("io.varve." + user)
        .should(onlyDependOnClassesThat(not(OURS).or(resideInAnyPackage(packages))))
        .because("of ours, " + user + " may use " + (used.isEmpty() ? "nothing" : used))
        .allowEmptyShould(true);
  }

  private static ArchRule table(Set<String> names) {
    return classes()
        .that(OURS)
        .should()
        .resideInAnyPackage(names.stream().map(name -> "io.varve." + name).toArray(String[]::new))
        .because("CONTRIBUTING.md and Layout say what every package may use");
  }

  private static ArchRule size() {
    return noClasses()
        .that(OURS)
        .and()
        .resideOutsideOfPackage("io.varve." + SPI)
        .should(
            ArchCondition.from(
                describe(
                    "be the first of over " + TYPES + " in a package", Architecture::isCrowded)))
        .because("a package of at most " + TYPES + " types shows its shape");
  }

  /** Only the first type is named, so that a package is one violation. */
  private static boolean isCrowded(JavaClass type) {
    List<String> names =
        type.getPackage().getClasses().stream()
            .filter(other -> other.isTopLevelClass() && !other.isArray())
            .map(JavaClass::getSimpleName)
            .filter(name -> !name.equals("package-info"))
            .sorted()
            .toList();
    return names.size() > TYPES && names.get(0).equals(type.getSimpleName());
  }

  private static ArchRule recordWithoutOnnx() {
    return noClasses()
        .that()
        .resideInAnyPackage("io.varve.export.onnx.program", "io.varve.export.onnx.record")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("ai.onnx..", "ai.onnxruntime..", "com.google.protobuf..")
        .because("what is recorded knows nothing of ONNX")
        .allowEmptyShould(true);
  }

  private static ArchRule quiet() {
    return noClasses()
        .that(OURS)
        .and()
        .doNotHaveFullyQualifiedName(OnnxRuntime.class.getName())
        .should(
            accessTargetWhere(
                describe(
                    "loads ONNX Runtime",
                    access ->
                        access.getTargetOwner().isEquivalentTo(OrtEnvironment.class)
                            && access.getName().matches("getEnvironment|getAvailableProviders"))))
        .because("OnnxRuntime loads it so that it reports nothing and leaves nothing behind");
  }

  private static ArchRule threads() {
    return noClasses()
        .that()
        .resideInAPackage("io.varve.inference..")
        .should(
            accessTargetWhere(
                describe(
                    "uses the threads of all",
                    access -> access.getName().matches("parallel[A-Z]?\\w*|commonPool"))))
        .because("a service decides how many threads a request has");
  }

  private static ArchRule onnxStandsAlone() {
    DescribedPredicate<JavaClass> own = resideInAPackage("io.varve.export.onnx..");
    return classes()
        .that(own)
        .should(
            onlyDependOnClassesThat(
                not(OURS)
                    .or(own)
                    .or(
                        resideInAnyPackage(
                            "io.varve.inference.file", "io.varve.inference.onnxruntime"))))
        .because("it turns any DJL function into ONNX, and knows nothing of models")
        .allowEmptyShould(true);
  }

  private static ArchRule engine() {
    return noClasses()
        .that(OURS)
        .and()
        .resideOutsideOfPackages("io.varve.training..", "io.varve.app..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("ai.djl.pytorch..")
        .because("only training may know which engine DJL runs on");
  }

  private static ArchRule inferenceWithoutDjl() {
    return noClasses()
        .that()
        .resideInAPackage("io.varve.inference..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("ai.djl..", "org.pf4j..")
        .because("it is the JAR that a service adds to run a bundle")
        .allowEmptyShould(true);
  }

  private static ArchRule numberOperands() {
    return noClasses()
        .that(OURS)
        .should(accessTargetWhere(describe("an NDArray meets a Number", Architecture::meetsNumber)))
        .because("gradients would be silently wrong; write x.mul(Ops.constant(x, 0.5))");
  }

  private static boolean meetsNumber(JavaAccess<?> access) {
    JavaClass owner = access.getTargetOwner();
    return (owner.isAssignableTo(NDArray.class)
            || owner.isAssignableTo(NDArrays.class)
            || owner.isAssignableTo(NDArrayEx.class))
        && ARITHMETIC.matcher(access.getName()).matches()
        && parameters(access).anyMatch(type -> type.isEquivalentTo(Number.class));
  }

  private static Stream<JavaClass> parameters(JavaAccess<?> access) {
    return access.getTarget() instanceof CodeUnitAccessTarget target
        ? target.getRawParameterTypes().stream()
        : Stream.empty();
  }

  private static ArchRule names() {
    return noClasses()
        .that(OURS)
        // It stands for DJL's NDManager while a function is recorded.
        .and()
        .doNotHaveSimpleName("RecordingManager")
        .should()
        .haveNameMatching(
            ".*[.$](\\w*(Impl|Manager|Factory|Utils?|Helper)|(Abstract|Base|Default)[A-Z]\\w*)")
        .because("a class is named for what it is");
  }

  private static ArchRule accessors() {
    return methods()
        .that()
        .areDeclaredInClassesThat(OURS)
        .and()
        .arePublic()
        .and(describe("override nothing", method -> !overrides(method)))
        .should()
        .haveNameNotMatching("get[A-Z].*")
        .because("an accessor is named for what it tells")
        .allowEmptyShould(true);
  }

  private static boolean overrides(JavaMethod method) {
    JavaClass owner = method.getOwner();
    return Stream.concat(
            owner.getAllRawSuperclasses().stream(), owner.getAllRawInterfaces().stream())
        .flatMap(parent -> parent.getMethods().stream())
        .anyMatch(
            above ->
                above.getName().equals(method.getName())
                    && above.getRawParameterTypes().size() == method.getRawParameterTypes().size());
  }

  private static ArchRule process() {
    DescribedPredicate<JavaAccess<?>> process =
        describe(
            "the process is touched",
            access ->
                switch (access.getTargetOwner().getName()) {
                  case "java.lang.System" ->
                      List.of("out", "err", "exit").contains(access.getName());
                  case "java.lang.Runtime" -> List.of("exit", "halt").contains(access.getName());
                  default -> access.getName().equals("printStackTrace");
                });
    return noClasses()
        .that(OURS)
        .and()
        .resideOutsideOfPackage("io.varve.app..")
        .should(accessTargetWhere(process))
        .because("only the command line prints and exits");
  }

  /** A nested one is a part that a hierarchy writes itself and no YAML names. */
  private static ArchRule components() {
    return classes()
        .that(OURS)
        .and(assignableTo(Component.class))
        .and()
        .areTopLevelClasses()
        .and()
        .areNotInterfaces()
        .should()
        .beRecords()
        .andShould()
        .bePublic()
        .andShould()
        .beAnnotatedWith(Named.class)
        .andShould()
        .beAnnotatedWith(Extension.class)
        .because("the record is the plug-in: its components are its YAML keys")
        .allowEmptyShould(true);
  }
}
