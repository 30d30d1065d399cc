package io.varve.inference.bundle;

import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Changes the JSON of manifests and of the headers of safetensors files. */
final class TextMutator {
  private static final Pattern TOKEN =
      Pattern.compile("\"[^\"]*\"|-?[0-9][-+.0-9eE]*|[\\[\\]{}:,]|true|false|null");

  private static final String[] ODD = {
    "\"\"",
    "\"\\u0000\"",
    "\"\\u001b[2J\"",
    "\"\\u202e\"",
    "\"../x\"",
    "\"/etc/passwd\"",
    "\"=1+1\"",
    "\"a,b\"",
    "\"I32\"",
    "\"F16\"",
    "\"BF16\"",
    "\"uint8\"",
    "\"uniform\"",
    "\"latent\"",
    "\"bound\"",
    "\"weights.safetensors\"",
    "0",
    "-1",
    "1",
    "2",
    "3",
    "4",
    "1.5",
    "1e999",
    "NaN",
    "2147483647",
    "2147483648",
    "67108864",
    "9223372036854775807",
    "99999999999999999999",
    "true",
    "null",
    "[]",
    "{}",
    "[1,1]",
    "{\"a\":1}",
    "/*x*/1",
    "'x'"
  };

  private final Random random;

  TextMutator(Random random) {
    this.random = random;
  }

  /** The text with one token changed, dropped, doubled, or a large part put in. */
  String mutate(String json) {
    MatchResult[] tokens = TOKEN.matcher(json).results().toArray(MatchResult[]::new);
    MatchResult token = tokens[random.nextInt(tokens.length)];
    String before = json.substring(0, token.start());
    String after = json.substring(token.end());
    return switch (random.nextInt(9)) {
      case 0 -> before + after;
      case 1 -> before + token.group() + token.group() + after;
      case 2 -> before + token.group() + "," + token.group() + after;
      case 3 -> before + "[".repeat(random.nextInt(30_000)) + after;
      case 4 -> before + "\"" + "a/".repeat(random.nextInt(10_000)) + "\"" + after;
      default -> before + ODD[random.nextInt(ODD.length)] + after;
    };
  }
}
