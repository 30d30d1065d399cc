package io.varve.app.option;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;

/** A command as one line for a shell, to be pasted and run again. */
public final class ShellLine {
  /** Words that every shell takes as they are. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

  private ShellLine() {}

  /** The command that is running, with all its options as they were given. */
  public static String of(CommandSpec running) {
    CommandSpec varve = running.root();
    return of(varve.name(), varve.commandLine().getParseResult().originalArgs());
  }

  /** A program and its arguments. */
  public static String of(String program, List<String> arguments) {
    return Stream.concat(Stream.of(program), arguments.stream())
        .map(ShellLine::quoted)
        .collect(Collectors.joining(" "));
  }

  private static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
