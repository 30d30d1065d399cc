package io.varve.training.data;

import io.varve.inference.file.Printable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What of a folder is not read as pictures, counted by reason. */
final class LeftOut {
  private static final class Reason {
    private final String one;
    private final String more;
    private int count;
    private String first = "";

    Reason(String one, String more) {
      this.one = one;
      this.more = more;
    }

    void add(String name) {
      first = count == 0 ? name : first;
      count++;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          count == 1 ? "%d %s (%s)" : "%d %s (%s, ...)",
          count,
          count == 1 ? one : more,
          Printable.of(first));
    }
  }

  private final Reason hidden = new Reason("hidden name", "hidden names");
  private final Reason other = new Reason("file of another kind", "files of other kinds");
  private final Reason own = new Reason("folder that Varve wrote", "folders that Varve wrote");
  private final Reason circles = new Reason("link back to where it stands", "links back");
  private final Reason beside =
      new Reason("name beside the two parts", "names beside the two parts");

  void hidden(String name) {
    hidden.add(name);
  }

  void other(String name) {
    other.add(name);
  }

  void own(String name) {
    own.add(name);
  }

  void circle(String name) {
    circles.add(name);
  }

  void beside(String name) {
    beside.add(name);
  }

  /** All of it on one line; empty where nothing is left out. */
  Optional<String> line(Path folder) {
    List<String> reasons = new ArrayList<>();
    for (Reason reason : List.of(hidden, other, own, circles, beside)) {
      if (reason.count > 0) {
        reasons.add(reason.toString());
      }
    }
    return reasons.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Printable.of(folder.toString()) + ": left out: " + String.join(", ", reasons));
  }
}
