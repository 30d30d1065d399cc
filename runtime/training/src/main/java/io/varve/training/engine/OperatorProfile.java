package io.varve.training.engine;

import ai.djl.pytorch.jni.JniUtils;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.varve.inference.file.FileFault;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where the time of a stretch of work went, operator by operator, as libtorch's own profiler tells.
 *
 * @param operators by their own time, without that of operators they call, the longest first
 * @param seconds of the stretch
 * @param nativeSeconds seconds during which some operator was running
 * @param matrixGflop floating-point operations of matrix products, in units of 10^9
 */
public record OperatorProfile(
    List<Operator> operators, double seconds, double nativeSeconds, double matrixGflop) {

  /** Copies the list. */
  public OperatorProfile {
    operators = List.copyOf(operators);
  }

  /**
   * One operator.
   *
   * @param milliseconds its own; its longest call counts as the mean of the others, since during
   *     some calls the profiler moves what it has noted, for up to a quarter of a second
   */
  public record Operator(String name, long calls, double milliseconds) {}

  /** Begins to profile the CPU; nothing else may run operators meanwhile. */
  public static Recording begin() {
    JniUtils.startProfile(false, true, false);
    return new Recording(System.nanoTime());
  }

  /** A profile under way. */
  public static final class Recording {
    private final long begin;

    private Recording(long begin) {
      this.begin = begin;
    }

    /** Ends it. */
    public OperatorProfile end() {
      double seconds = (System.nanoTime() - begin) * 1e-9;
      try {
        Path file = Files.createTempFile("varve-profile-", ".json");
        JniUtils.stopProfile(file.toString());
        try (Reader reader = Files.newBufferedReader(file)) {
          return read(JsonParser.parseReader(reader).getAsJsonArray(), seconds);
        } finally {
          Files.delete(file);
        }
      } catch (IOException e) {
        throw new IllegalArgumentException(
            "the profile cannot be written: " + FileFault.reason(e) + "; see TMPDIR", e);
      }
    }
  }

  /** One call, in microseconds of the profiler's clock. */
  private record Span(String name, double start, double end, double gflop) {}

  static OperatorProfile read(JsonArray events, double seconds) {
    Map<Integer, List<Span>> threads = new TreeMap<>();
    for (JsonElement element : events) {
      if (element.isJsonObject() && element.getAsJsonObject().has("dur")) {
        JsonObject event = element.getAsJsonObject();
        threads
            .computeIfAbsent(event.get("tid").getAsInt(), t -> new ArrayList<>())
            .add(span(event));
      }
    }
    Map<String, Total> totals = new TreeMap<>();
    List<Span> outermost = new ArrayList<>();
    threads.values().forEach(spans -> attribute(spans, totals, outermost));
    List<Operator> operators = new ArrayList<>();
    double gflop = 0;
    for (Map.Entry<String, Total> entry : totals.entrySet()) {
      Total total = entry.getValue();
      operators.add(new Operator(entry.getKey(), total.calls, total.milliseconds()));
      gflop += total.gflop;
    }
    operators.sort(Comparator.comparingDouble(Operator::milliseconds).reversed());
    return new OperatorProfile(operators, seconds, union(outermost) * 1e-6, gflop);
  }

  private static Span span(JsonObject event) {
    String name = event.get("name").getAsString().replaceFirst("^aten::", "");
    double start = event.get("ts").getAsDouble();
    return new Span(name, start, start + event.get("dur").getAsDouble(), gflop(name, event));
  }

  /** 2mkn for a product of [m, k] and [k, n], per item of a batch. */
  private static double gflop(String name, JsonObject event) {
    int first = name.equals("addmm") || name.equals("baddbmm") ? 1 : 0;
    boolean product = first == 1 || name.equals("mm") || name.equals("bmm");
    if (!product) {
      return 0;
    }
    JsonArray left = event.getAsJsonArray("shape").get(first).getAsJsonArray();
    JsonArray right = event.getAsJsonArray("shape").get(first + 1).getAsJsonArray();
    double operations = 2.0 * right.get(right.size() - 1).getAsLong();
    for (JsonElement axis : left) {
      operations *= axis.getAsLong();
    }
    return operations * 1e-9;
  }

  /** Gives every operator its own time: that of its call less that of the calls inside it. */
  private static void attribute(List<Span> spans, Map<String, Total> totals, List<Span> outermost) {
    spans.sort(
        Comparator.comparingDouble(Span::start)
            .thenComparing(Comparator.comparingDouble(Span::end).reversed()));
    Deque<Call> open = new ArrayDeque<>();
    for (Span span : spans) {
      while (!open.isEmpty() && open.peek().span.end() <= span.start()) {
        open.pop().addTo(totals);
      }
      if (open.isEmpty()) {
        outermost.add(span);
      } else {
        open.peek().own -= span.end() - span.start();
      }
      open.push(new Call(span));
    }
    open.forEach(call -> call.addTo(totals));
  }

  /** Microseconds covered by at least one span. */
  private static double union(List<Span> spans) {
    spans.sort(Comparator.comparingDouble(Span::start));
    double covered = 0;
    double end = Double.NEGATIVE_INFINITY;
    for (Span span : spans) {
      covered += Math.max(0, span.end() - Math.max(end, span.start()));
      end = Math.max(end, span.end());
    }
    return covered;
  }

  /** A call under way, and how much of it is its own so far. */
  private static final class Call {
    private final Span span;
    private double own;

    Call(Span span) {
      this.span = span;
      this.own = span.end() - span.start();
    }

    void addTo(Map<String, Total> totals) {
      totals.computeIfAbsent(span.name(), n -> new Total()).add(own, span.gflop());
    }
  }

  private static final class Total {
    private long calls;
    private double microseconds;
    private double longest;
    private double gflop;

    void add(double own, double operations) {
      calls++;
      microseconds += own;
      longest = Math.max(longest, own);
      gflop += operations;
    }

    double milliseconds() {
      double all = calls == 1 ? microseconds : (microseconds - longest) * calls / (calls - 1);
      return all * 1e-3;
    }
  }
}
