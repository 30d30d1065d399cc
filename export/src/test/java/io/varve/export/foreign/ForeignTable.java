package io.varve.export.foreign;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code docs/foreign-models.md}: what became of every foreign model. */
final class ForeignTable {
  static final Path FILE =
      Path.of(System.getProperty("basedir", ""), "..", "docs", "foreign-models.md").normalize();

  private static final String HEAD =
      """
      # Foreign models

      This page lists every network of DJL's basic model zoo and every block of its API, exported by
      `OnnxExporter`. The weights are random, and so are the running statistics of batch norm. A model
      passes on three conditions. It exports. The official ONNX checker accepts the file with strict shape
      inference. ONNX Runtime agrees with DJL on PyTorch at batch 1, 2 and 32 to 1e-5 of the largest number
      of each output; these batch sizes are not the ones that the graph was made from. The error shown is
      the worst of the three batches, measured on one machine. Sizes of inputs leave out the batch.

      `ForeignModelsTest` writes this file and keeps it true. An ordinary build tries the quick models,
      `-Dexcluded.tags=gpu` tries all, and with `-Dvarve.regenerate=true` as well the file is written anew.

      These are refused, for these reasons:

      - DJL itself fails on PyTorch at `prelu`, transposed convolutions, `lpPool` in three dimensions, and
        bidirectional recurrent blocks with biases.
      - `BertBlock` squeezes its pooled output, which at batch 1 loses the batch too. BERT's pretraining
        block reads that output. The rest of `BertBlock` passes.
      - `GhostBatchNorm` cuts a batch into virtual batches. If there are two or more, it returns them
        stacked. The graph holds for a single virtual batch, which has up to 128 rows by default. This is
        also true in `TabNet`.
      - `ConstantEmbedding` copies its array into uninitialised memory, which is not recorded.
      - Averages over incomplete windows differ between the runtimes.

      Where a virtual machine hides the caches of an AMD processor, libtorch's convolutions and LSTM are
      wrong. There, set `ONEDNN_MAX_CPU_ISA=SSE41`, as these tests do. The exported graph is right in any
      case.
      """;

  private ForeignTable() {}

  /** A model as the first two columns of the table name it. */
  static String key(Foreign model) {
    return model.name() + " | " + model.takes();
  }

  /** What an outcome must be like the next time: all but the size of the error. */
  static String stable(Outcome outcome) {
    return outcome instanceof Outcome.Passed passed
        ? passed.parameters() + " | " + passed.nodes()
        : ((Outcome.Refused) outcome).reason();
  }

  /** The stable part of every row, by key. */
  static Map<String, String> read() {
    Map<String, String> rows = new LinkedHashMap<>();
    try {
      for (String line : Files.readAllLines(FILE)) {
        String[] cells = line.split(" \\| ", -1);
        boolean head = line.startsWith("| block") || line.startsWith("| ---");
        if (line.startsWith("| ") && !head) {
          String key = cells[0].substring(2) + " | " + cells[1];
          boolean passed = cells.length == 5;
          rows.put(key, passed ? cells[2] + " | " + cells[3] : cells[2].replaceFirst(" \\|$", ""));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }

  static void write(Map<Foreign, Outcome> outcomes) {
    List<String> lines = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    Catalogue.GROUPS.forEach(
        (title, models) -> {
          List<String> passed = new ArrayList<>();
          for (Foreign model : models) {
            String row = "| " + key(model) + " | " + stable(outcomes.get(model));
            if (outcomes.get(model) instanceof Outcome.Passed outcome) {
              passed.add(row + String.format(Locale.ROOT, " | %.1e |", outcome.error()));
            } else {
              refused.add(row + " |");
            }
          }
          if (!passed.isEmpty()) {
            lines.add("\n## " + title + "\n");
            lines.add(
                "| block | input | parameters | nodes | error |\n| --- | --- | --- | --- | --- |");
            lines.addAll(passed);
          }
        });
    lines.add("\n## Refused\n\n| block | input | reason |\n| --- | --- | --- |");
    lines.addAll(refused);
    try {
      int tried = outcomes.size();
      String count =
          "\n%d tried, %d passed, %d refused.\n"
              .formatted(tried, tried - refused.size(), refused.size());
      Files.writeString(FILE, HEAD + count + String.join("\n", lines) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
