package io.varve.app;

import io.varve.app.option.GlobalOptions;
import io.varve.app.option.Output;
import io.varve.app.option.Version;
import io.varve.app.process.Failure;
import io.varve.app.process.Streams;
import io.varve.app.process.Termination;
import io.varve.inference.file.HomePath;
import io.varve.inference.file.Printable;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line of Varve: trains a model file, exports it and uses the bundle.
 *
 * <p>Exit codes: 0 success, 1 failure, 2 bad input, 128 and its number after a signal. Standard
 * error has the messages for people. Standard output has the results; with {@code --json} they are
 * one object on the last line.
 */
@Command(
    name = "varve",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description =
        "Trains hierarchical VAEs from YAML and plug-ins, exports them to ONNX, runs them.",
    synopsisSubcommandLabel = "COMMAND",
    sortOptions = false,
    footer = {
      "",
      "First steps:  varve quickstart --out demo",
      "Exit codes:   0 success, 1 failure, 2 bad input, 130 or 143 stopped by Ctrl-C or SIGTERM"
    })
public final class Varve implements GlobalOptions {
  @Option(
      names = "--plugins",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description = "Also load plug-in JARs from this folder; may be repeated.")
  private List<Path> plugins = List.of();

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "On failure, print the stack trace.")
  private boolean stacktrace;

  private Varve() {}

  @Override
  public List<Path> plugins() {
    return plugins;
  }

  /** Runs one command and exits. */
  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT); // no digits or letters but those that programs read
    Streams streams = Streams.install();
    Termination.listen();
    int code = run(args);
    System.exit(Termination.isAsked() ? Termination.code() : streams.code(code));
  }

  /** Runs one command and answers its exit code. */
  public static int run(String... args) {
    Varve varve = new Varve();
    CommandLine line = line(varve, args);
    line.setParameterExceptionHandler(Varve::misuse);
    line.setExecutionExceptionHandler((e, command, parsed) -> varve.report(e));
    try {
      return line.execute(args);
    } catch (Error e) { // a plug-in's static initialiser, a class it lacks, or no memory
      return varve.report(e);
    }
  }

  /** The command line that understands some arguments, to parse them without running anything. */
  public static CommandLine line(String... args) {
    return line(new Varve(), args);
  }

  /** Sets up the command that the first argument names, or all where it names none. */
  private static CommandLine line(Varve varve, String... args) {
    CommandLine line = new CommandLine(varve);
    boolean named = args.length > 0 && Commands.NAMES.contains(args[0]);
    for (String name : named && !args[0].equals("help") ? List.of(args[0]) : Commands.NAMES) {
      line.addSubcommand(Commands.named(name));
    }
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.registerConverter(Path.class, Varve::path);
    return line;
  }

  private static Path path(String text) {
    try {
      return HomePath.of(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  /** Reports a misused option in one line. Without a command, shows the help. */
  private static int misuse(ParameterException e, String... args) {
    CommandLine command = e.getCommandLine();
    if (args.length == 0) {
      command.usage(System.err);
      return CommandLine.ExitCode.USAGE;
    }
    List<String> close =
        e instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
    Output.say(
        "varve: %s. %sSee %s --help",
        e.getMessage().replaceAll("\\s*\\R\\s*", " "),
        close.isEmpty() ? "" : "Did you mean " + String.join(" or ", close) + "? ",
        command.getCommandSpec().qualifiedName());
    return CommandLine.ExitCode.USAGE;
  }

  /** Reports a failure in one line, and a defect with a hint how to find it. */
  private int report(Throwable e) {
    if (Termination.isAsked()) {
      return Termination.code(); // what fails now fails because the process ends
    }
    Failure failure = Failure.of(e);
    Output.say("varve: %s", failure.line());
    if (failure.defect()) {
      Output.say("This is a defect of Varve or of a plug-in; run again with --stacktrace.");
    }
    if (stacktrace) {
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      trace
          .toString()
          .lines()
          .forEach(text -> System.err.println(Printable.of(text.replace("\t", "  "))));
    }
    return failure.code();
  }
}
