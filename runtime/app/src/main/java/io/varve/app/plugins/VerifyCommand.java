package io.varve.app.plugins;

import io.varve.app.option.GlobalOptions;
import io.varve.app.option.Output;
import io.varve.app.option.Workspace;
import io.varve.conformance.Limits;
import io.varve.conformance.Outcome;
import io.varve.conformance.Report;
import io.varve.conformance.Verdict;
import io.varve.conformance.Verification;
import io.varve.inference.file.OutputFile;
import io.varve.model.plugin.Catalog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Checks plug-in JARs against the contract. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Checks plug-in JARs against every rule of the contract. Time and memory are limited.",
      "The exit code is 0 if every required rule holds and 1 if one is broken."
    })
public final class VerifyCommand implements Callable<Integer> {
  private static final Pattern SIZE =
      Pattern.compile("(\\d{1,9})([kmg])", Pattern.CASE_INSENSITIVE);

  @ParentCommand private GlobalOptions global;
  @Mixin private Output output;

  @Parameters(paramLabel = "JAR", arity = "1..*", description = "Plug-ins to verify.")
  private List<Path> jars;

  @Option(
      names = "--rules",
      split = ",",
      paramLabel = "RULES",
      description = "Check only these rules, by number or letter: B3,P (default: all).")
  private List<String> rules = List.of();

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "The time limit of one check (default: 60).")
  private long timeout;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      defaultValue = "3g",
      description = "The memory limit of the checks (default: 3g).")
  private String memory;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "Write verify.html and TEST-verify.xml into this folder.")
  private Optional<Path> report;

  @Option(names = "--html", paramLabel = "FILE", description = "Write the HTML page to this file.")
  private Optional<Path> html;

  @Option(names = "--junit", paramLabel = "FILE", description = "Write the JUnit XML to this file.")
  private Optional<Path> junit;

  @Override
  public Integer call() {
    pages().forEach(OutputFile::require);
    tables().forEach(OutputFile::require);
    Limits limits = new Limits(Duration.ofSeconds(timeout), bytes(memory));
    List<Path> beside = Catalog.jars(Workspace.folders(global));
    Verification verification = new Verification(beside, rules, limits);
    jars.forEach(Verification::requireJar);
    List<Verdict> verdicts = new ArrayList<>();
    for (Path jar : jars) {
      try (VerifyProgress progress = new VerifyProgress(jar)) {
        verdicts.add(verification.of(jar, progress));
      }
    }
    Report all = new Report(verdicts);
    pages().forEach(page -> OutputFile.write(page, all.html()));
    tables().forEach(table -> OutputFile.write(table, all.junit()));
    if (output.json) {
      output.results(summary(all));
    } else {
      Output.lines(all.text().lines());
    }
    return all.ok() ? 0 : 1;
  }

  private static long bytes(String size) {
    Matcher matcher = SIZE.matcher(size);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "--memory is '%s', expected a number and k, m or g, as 3g".formatted(size));
    }
    int shift = 10 * (1 + "kmg".indexOf(matcher.group(2).toLowerCase(Locale.ROOT)));
    return Long.parseLong(matcher.group(1)) << shift;
  }

  /** Where the HTML page goes. */
  private List<Path> pages() {
    return Stream.concat(
            report.map(folder -> folder.resolve("verify.html")).stream(), html.stream())
        .toList();
  }

  /** Where the JUnit XML goes. */
  private List<Path> tables() {
    return Stream.concat(
            report.map(folder -> folder.resolve("TEST-verify.xml")).stream(), junit.stream())
        .toList();
  }

  private static Map<String, Object> summary(Report report) {
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("ok", report.ok());
    List<Map<String, Object>> plugins = new ArrayList<>();
    for (Verdict verdict : report.verdicts()) {
      Map<String, Object> plugin = new LinkedHashMap<>();
      plugin.put("plugin", verdict.plugin());
      plugin.put("jar", verdict.jar().toString());
      plugin.put("ok", verdict.ok());
      for (Outcome.Status status : Outcome.Status.values()) {
        plugin.put(status.name().toLowerCase(Locale.ROOT), verdict.count(status));
      }
      plugin.put("broken", verdict.broken());
      plugin.put("outcomes", verdict.outcomes());
      plugins.add(plugin);
    }
    summary.put("plugins", plugins);
    return summary;
  }
}
