package io.varve.suite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A page in Markdown: what it tells people to type, and where its links lead. */
final class Page {
  private static final Pattern SHELL =
      Pattern.compile("(?ms)^```(?:sh|bash|shell|console)\n(.*?)^```");
  private static final Pattern CODE = Pattern.compile("(?ms)^```.*?^```|`[^`\n]*`");
  private static final Pattern LINK =
      Pattern.compile("]\\(([^)\\s]+)(?: \"[^\"]*\")?\\)|(?:src|href)=\"([^\"]+)\"");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.*?) *#*$");
  private static final Pattern NAMED = Pattern.compile("<a (?:name|id)=\"([^\"]+)\"");
  private static final Pattern ELSEWHERE = Pattern.compile("(https?|mailto):.*");

  /** A word of a command line, quoted or not, or what joins two commands. */
  private static final Pattern WORD =
      Pattern.compile("#.*|&&|\\|\\||[|;]|(?:'[^']*'|\"[^\"]*\"|[^\\s'\"|;&])+");

  private final Path file;
  private final String text;

  private Page(Path file, String text) {
    this.file = file;
    this.text = text;
  }

  static Page of(Path file) {
    try {
      return new Page(file, Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What people read: the pages at the top, CONTRACT and all of docs/. */
  static List<Page> all() throws IOException {
    Path root = Cli.root();
    try (Stream<Path> docs = Files.list(root.resolve("docs"))) {
      return Stream.concat(
              Stream.of(
                      "README.md",
                      "CONTRIBUTING.md",
                      "CHANGELOG.md",
                      "SECURITY.md",
                      "core-spi/CONTRACT.md")
                  .map(root::resolve),
              docs.filter(file -> file.toString().endsWith(".md")).sorted())
          .map(Page::of)
          .toList();
    }
  }

  /** Every command of its shell blocks, as words. */
  List<List<String>> commands() {
    return SHELL
        .matcher(text)
        .results()
        .flatMap(block -> block.group(1).replace("\\\n", " ").lines())
        .flatMap(line -> commands(line).stream())
        .toList();
  }

  /** The commands of a line; settings before a command are no part of it, nor is a comment. */
  static List<List<String>> commands(String line) {
    List<List<String>> commands = new ArrayList<>(List.of(new ArrayList<>()));
    for (MatchResult found : WORD.matcher(line).results().toList()) {
      String word = found.group();
      List<String> last = commands.get(commands.size() - 1);
      if (word.matches("&&|\\|\\||[|;]")) {
        commands.add(new ArrayList<>());
      } else if (!word.startsWith("#") && !(last.isEmpty() && word.matches("[A-Z_]+=.*"))) {
        last.add(word.replaceAll("['\"]", ""));
      }
    }
    return commands.stream().filter(words -> !words.isEmpty()).toList();
  }

  /** Links into this repository that lead nowhere. */
  List<String> brokenLinks() {
    return links().filter(link -> !leads(link)).map(link -> this + ": " + link).toList();
  }

  /** The pictures that it shows. */
  Stream<Path> pictures() {
    return links()
        .filter(link -> link.matches(".*\\.(png|svg|jpe?g|gif)"))
        .map(link -> file.resolveSibling(link).normalize());
  }

  private Stream<String> links() {
    return LINK.matcher(CODE.matcher(text).replaceAll("code"))
        .results()
        .map(link -> link.group(1) == null ? link.group(2) : link.group(1))
        .filter(link -> !ELSEWHERE.matcher(link).matches());
  }

  private boolean leads(String link) {
    String[] parts = link.split("#", 2);
    Path target = parts[0].isEmpty() ? file : file.resolveSibling(parts[0]);
    return Files.exists(target) && (parts.length == 1 || of(target).anchors().contains(parts[1]));
  }

  /** Names of its headings, as GitHub makes them. */
  private Set<String> anchors() {
    Set<String> anchors = new HashSet<>();
    Map<String, Integer> seen = new HashMap<>();
    for (MatchResult heading :
        HEADING.matcher(text.replaceAll("(?ms)^```.*?^```", "")).results().toList()) {
      String name = anchor(heading.group(1));
      int before = seen.merge(name, 1, Integer::sum) - 1;
      anchors.add(before == 0 ? name : name + "-" + before);
    }
    NAMED.matcher(text).results().forEach(named -> anchors.add(named.group(1)));
    return anchors;
  }

  private static String anchor(String heading) {
    return heading
        .replaceAll("]\\([^)]*\\)", "]")
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N}\\s_-]", "")
        .replace(' ', '-');
  }

  @Override
  public String toString() {
    return Cli.root().relativize(file).toString();
  }
}
