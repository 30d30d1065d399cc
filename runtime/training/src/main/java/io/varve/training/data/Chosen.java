package io.varve.training.data;

import io.varve.inference.file.Printable;
import io.varve.report.metrics.DataPart;
import io.varve.training.data.set.Split;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * Images that were handed in.
 *
 * @param images all of them, in the order of their names
 * @param notes what a user should know: which part was taken, and what was left out
 */
public record Chosen(Split images, List<String> notes) {
  /** Copies the notes. */
  public Chosen {
    notes = List.copyOf(notes);
  }

  /** One of the two parts at a place, and a note if nobody asked for it. */
  static Chosen part(
      String path, Optional<DataPart> part, DataPart usual, Function<DataPart, Split> parts) {
    String note =
        String.format(
            Locale.ROOT,
            "%s: has two parts; these are its %s images; --split chooses",
            Printable.of(path),
            usual == DataPart.TRAIN ? "training" : "test");
    return new Chosen(
        parts.apply(part.orElse(usual)), part.isPresent() ? List.of() : List.of(note));
  }
}
