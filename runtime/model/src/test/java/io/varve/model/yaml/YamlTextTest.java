package io.varve.model.yaml;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.model.binder.Binder;
import io.varve.model.plugin.Catalog;
import io.varve.spi.Default;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

public class YamlTextTest {
  /** A hostile file is refused at once; two seconds are a slow machine's start-up. */
  private static final Duration AT_ONCE = Duration.ofSeconds(2);

  @TempDir private Path folder;

  record Item(String name, @Default("0") int size) {}

  record File(List<Item> items, Optional<Item> extra) {}

  private final Binder binder = new Binder(Catalog.of(List.of()));

  private File file(String text, String... assignments) {
    YamlText yaml = YamlText.of("m.yaml", text);
    for (String assignment : assignments) {
      yaml.set(assignment);
    }
    return binder.bind(yaml, File.class);
  }

  public static void refused(ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message)
        .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1));
  }

  private static YamlText text(String text) {
    return YamlText.of("m.yaml", text);
  }

  @Test
  void readsAFile() throws IOException {
    Path file = Files.writeString(folder.resolve("m.yaml"), "\uFEFFitems: [{name: ä}]\n");
    assertThat(binder.bind(YamlText.read(file), File.class).items())
        .containsExactly(new Item("ä", 0));
  }

  @Test
  void takesOneKeyWithItsLines() {
    YamlText items = text("other: 1\n\nextra:\n  name: a\n  size: b\n").at("extra");
    refused(
        () -> binder.bind(items, Item.class),
        "m.yaml:5: size: expected a whole number below 2^31, found 'b'");
    refused(() -> text("a: 1").at("b"), "m.yaml:1: the key 'b' is missing");
  }

  @Test
  void mergesKeysThatAMappingLacks() {
    File file =
        file(
            "items: [&a {name: a, size: 1}, &b {name: b, size: 2}, {<<: *a, name: c}]\n"
                + "extra: {<<: [*b, *a], name: d}");
    assertThat(file.items()).containsExactly(new Item("a", 1), new Item("b", 2), new Item("c", 1));
    assertThat(file.extra()).contains(new Item("d", 2));
    assertThat(file("items: [&a {name: a, size: 1}, {<<: *a}]", "items[1].size=3").items())
        .containsExactly(new Item("a", 1), new Item("a", 3));
  }

  @Test
  void refusesToMergeWhatIsNoMapping() {
    refused(
        () -> text("items:\n- &a x\n- {<<: *a}"),
        "m.yaml:3: '<<' merges a mapping or a list of mappings, as <<: *name");
    refused(
        () -> file("items: [&a {nme: a}, {<<: *a, name: b}]"),
        "m.yaml:1: items[0]: there is no key 'nme' here; known are [name, size]. Did you mean 'name'?");
  }

  @Test
  void refusesWhatIsNoReadableText() throws IOException {
    Path missing = folder.resolve("none.yaml");
    refused(() -> YamlText.read(missing), missing + ": no such file");
    Path latin = Files.write(folder.resolve("latin.yaml"), "name: ä".getBytes(ISO_8859_1));
    refused(() -> YamlText.read(latin), latin + ": is not UTF-8 text");
    refused(() -> YamlText.read(folder), folder + ": cannot be read: Is a directory");
    Path huge = Files.writeString(folder.resolve("huge.yaml"), "#".repeat(5_000_000));
    refused(
        () -> YamlText.read(huge), huge + ": has 5000000 bytes; a model file has at most 4194304");
  }

  @Test
  void refusesWhatIsNoYaml() {
    refused(() -> text(""), "m.yaml: is empty");
    refused(() -> text("# nothing\n"), "m.yaml: is empty");
    refused(
        () -> text("a: 1\nb: [1, 2\nc: 3\n"),
        "m.yaml:3: while parsing a flow sequence: expected ',' or ']', but got :");
    refused(
        () -> text("a:\n\tb: 1\n"),
        "m.yaml:2: while scanning for the next token: found character '\\t(TAB)' that cannot start"
            + " any token. (Do not use \\t(TAB) for indentation)");
    refused(
        () -> text("a: 1\n---\nb: 2\n"),
        "m.yaml:2: expected a single document in the stream: but found another document");
    refused(() -> text("a: *b\n"), "m.yaml:1: found undefined alias b");
    refused(() -> text("? [a]\n: 1\n"), "m.yaml:1: a key must be a word");
    assertThatThrownBy(() -> text("a: \u0001"))
        .isInstanceOf(IllegalArgumentException.class)
        .satisfies(e -> assertThat(e.getMessage()).startsWith("m.yaml").hasLineCount(1));
  }

  @Test
  void refusesHostileTextAtOnce() {
    Assertions.assertTimeout(
        AT_ONCE,
        () -> {
          refused(() -> text("[".repeat(10_000)), "m.yaml: Nesting Depth exceeded max 60");
          refused(
              () -> text("a: &a [*a]"),
              "m.yaml:1: expands to more than 200000 values or 60 levels; write out its aliases");
          refused(
              () -> text(billionLaughs()),
              "m.yaml:1: expands to more than 200000 values or 60 levels; write out its aliases");
          StringBuilder many = new StringBuilder("a: &a [1]\nb:\n");
          many.append("- *a\n".repeat(1_000));
          refused(
              () -> text(many.toString()),
              "m.yaml: Number of aliases for non-scalar nodes exceeds the specified max=200");
        });
  }

  private static String billionLaughs() {
    StringBuilder text =
        new StringBuilder("l0: &l0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for (int i = 1; i < 10; i++) {
      text.append("l%d: &l%d [*l%d".formatted(i, i, i - 1));
      text.append((", *l" + (i - 1)).repeat(8)).append("]\n");
    }
    return text.toString();
  }

  @Test
  void setsKeysAndItems() {
    String text = "items:\n- {name: a, size: 1}\n- {name: b}\n";
    assertThat(file(text, "items[1].size=7").items())
        .containsExactly(new Item("a", 1), new Item("b", 7));
    assertThat(file(text, "items[0]={name: c}").items())
        .containsExactly(new Item("c", 0), new Item("b", 0));
    assertThat(file(text, "items=[]").items()).isEmpty();
    assertThat(file(text, "extra.name=new", "extra.size=2").extra()).contains(new Item("new", 2));
    assertThat(file(text, "items[0].name=x=y").items().get(0).name()).isEqualTo("x=y");
  }

  @Test
  void setsOnePlaceOfAnAlias() {
    String text = "items:\n- &i {name: a}\n- *i\n";
    assertThat(file(text, "items[1].name=b").items())
        .containsExactly(new Item("a", 0), new Item("b", 0));
  }

  @Test
  void writesWhatItRead() {
    YamlText yaml = text("items:\n- &i {name: 'a: \"b\"', size: 3}\n- *i\nextra: {name: 'null'}\n");
    yaml.set("items[1].size=4");
    File file = binder.bind(yaml, File.class);
    assertThat(binder.bind(text(yaml.text()), File.class)).isEqualTo(file);
    assertThat(file.items()).extracting(Item::size).containsExactly(3, 4);
  }

  @Test
  void namesTheAssignmentThatLeadsNowhere() {
    YamlText yaml = text("items: [{name: a}]\nword: b\n");
    refused(
        () -> yaml.set("epochs"),
        "--set epochs: expected key=value, for example training.epochs=3");
    refused(() -> yaml.set("=3"), "--set =3: expected key=value, for example training.epochs=3");
    refused(() -> yaml.set("items="), "--set items: is empty");
    refused(
        () -> yaml.set("items[1].name=b"),
        "--set items[1].name: there is no item '[1]'; the list has 1");
    refused(
        () -> yaml.set("items[x].name=b"),
        "--set items[x].name: there is no item '[x]'; the list has 1");
    refused(
        () -> yaml.set("items.name=b"),
        "--set items.name: 'name' has no place: what holds it is no mapping");
    refused(
        () -> yaml.set("word[0]=b"), "--set word[0]: '[0]' has no place: what holds it is no list");
    refused(
        () -> yaml.set("word.a=b"), "--set word.a: 'a' has no place: what holds it is no mapping");
    refused(() -> yaml.set("a..b=1"), "--set a..b: a key on the path is empty");
    refused(
        () -> yaml.set("items=[1"),
        "--set items:1: while parsing a flow sequence: expected ',' or ']', but got <stream end>");
    refused(
        () -> yaml.set("items=&a [*a]"),
        "--set items:1: expands to more than 200000 values or 60 levels; write out its aliases");
  }

  @Test
  void namesTheAssignmentWhoseValueDoesNotFit() {
    String text = "items: [{name: a}]\n";
    refused(
        () -> file(text, "items[0].size=big"),
        "--set items[0].size: items[0].size: expected a whole number below 2^31, found 'big'");
    refused(
        () -> file(text, "items[0].sise=1"),
        "--set items[0].sise: items[0]: there is no key 'sise' here; known are [name, size]. Did"
            + " you mean 'size'?");
    refused(
        () -> file(text, "extra={name: a, name: b}"),
        "--set extra: extra: the key 'name' stands here twice; keep one");
    refused(() -> file(text, "extra.size=1"), "--set extra.size: extra: the key 'name' is missing");
  }
}
