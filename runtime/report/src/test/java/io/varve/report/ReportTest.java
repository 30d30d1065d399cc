package io.varve.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.inference.ActiveUnits;
import io.varve.inference.bundle.Term;
import io.varve.report.Report.ImportanceBound;
import io.varve.report.Report.Measured;
import io.varve.report.Report.Picture;
import io.varve.report.Report.Reproduction;
import io.varve.report.Report.Summary;
import io.varve.report.metrics.BoundScore;
import io.varve.report.metrics.DataPart;
import io.varve.report.metrics.Estimate;
import io.varve.report.metrics.LatentActivity;
import io.varve.report.metrics.OptimizationState;
import io.varve.report.metrics.Point;
import io.varve.report.picture.PictureGrid;
import io.varve.report.picture.Png;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ReportTest {
  /** What a mail attachment may weigh. */
  private static final int LARGEST = 2_000_000;

  private static final Pattern ODD = Pattern.compile("NaN|Inf|E");

  @TempDir Path folder;

  static Stream<Arguments> runs() {
    List<Point> broken = new ArrayList<>(SampleRuns.points(4, 2));
    IntStream.range(20, 60)
        .forEach(i -> broken.set(i, SampleRuns.bound(broken.get(i), Double.NaN)));
    broken.set(70, SampleRuns.bound(broken.get(70), Double.NEGATIVE_INFINITY));
    broken.set(71, SampleRuns.bound(broken.get(71), -1e300));
    Point point = SampleRuns.point(10, DataPart.TRAIN);
    OptimizationState nothing = new OptimizationState(0, 0, Double.NaN, 0, Double.NaN, Double.NaN);
    BoundScore nan =
        new BoundScore(Double.NaN, Double.NaN, Map.of("kl.z", Double.NaN, "log_p.x", -1.0));
    return Stream.of(
        Arguments.of("nothing", List.of()),
        Arguments.of("one point", List.of(point)),
        Arguments.of("one test point", List.of(SampleRuns.point(0, DataPart.TEST))),
        Arguments.of("the same point twice", List.of(point, point)),
        Arguments.of("only NaN", List.of(new Point(0, Double.NaN, DataPart.TRAIN, nan, nothing))),
        Arguments.of("no terms", List.of(new Point(3, 1, DataPart.TRAIN, empty(), nothing))),
        Arguments.of("broken", broken),
        Arguments.of(
            "no test", SampleRuns.points(4, 1).stream().filter(ReportTest::train).toList()),
        Arguments.of("one node", SampleRuns.points(20, 1)),
        Arguments.of("six nodes", SampleRuns.points(4, 6)),
        Arguments.of("seven nodes", SampleRuns.points(4, 7)),
        Arguments.of("forty nodes", SampleRuns.points(40, 40)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("runs")
  void standsAlone(String name, List<Point> points) throws Exception {
    String html = SampleRuns.report(points).html();
    assertThat(html.length()).isLessThan(LARGEST);
    Document page = parse(html);
    assertThat(elements(page, "script")).isEmpty();
    assertThat(elements(page, "link")).isEmpty();
    assertThat(elements(page, "img")).allMatch(i -> i.getAttribute("src").startsWith("data:"));
    assertThat(html.replace("http://www.w3.org/2000/svg", "")).doesNotContain("://", "url(");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("runs")
  void drawsOnlyFiniteCoordinates(String name, List<Point> points) throws Exception {
    Document page = parse(SampleRuns.report(points).html());
    List<String> broken = new ArrayList<>();
    for (String tag : List.of("path", "rect", "circle", "text", "svg")) {
      for (Element element : elements(page, tag)) {
        for (String attribute : List.of("d", "x", "y", "width", "height", "cx", "cy", "viewBox")) {
          String value = element.getAttribute(attribute);
          boolean negative = attribute.equals("width") && value.startsWith("-");
          if (negative || ODD.matcher(value).find()) {
            broken.add(tag + " " + attribute + "=" + value);
          }
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void escapesHostileNames() throws Exception {
    String hostile = "</title></style><script>alert('1')</script>\" onload=\"x & \u0000\uD800 ]]>";
    String shown = hostile.replace('\u0000', '\uFFFD').replace('\uD800', '\uFFFD');
    Map<String, Double> terms = new LinkedHashMap<>();
    terms.put(Term.kl(hostile), 3.0);
    terms.put(Term.kl("z"), 2.0);
    terms.put(hostile, -90.0);
    OptimizationState state = new OptimizationState(1, 1e-3, 2, 0, 100, 1);
    List<Point> points = new ArrayList<>();
    for (DataPart split : DataPart.values()) {
      points.add(new Point(1, 1, split, new BoundScore(-95, 0.2, terms), state));
    }
    Png png = PictureGrid.samples(SampleRuns.blobs(1, 1), 1);
    Report report =
        new Report(
            hostile,
            new Summary(
                hostile,
                hostile,
                1,
                hostile,
                new Measured(
                    Optional.of(
                        new ImportanceBound(
                            new Estimate(-90, 1), new Estimate(0.1, Double.NaN), 5, 2, hostile)),
                    Map.of(hostile, new ActiveUnits.Count(1, 2)),
                    Optional.empty())),
            points,
            List.of(new Picture(hostile, hostile, png)),
            new Reproduction(hostile, hostile, Map.of(hostile, hostile)));
    Document page = parse(report.html());
    assertThat(elements(page, "script")).isEmpty();
    assertThat(elements(page, "title").get(0).getTextContent()).isEqualTo(shown + " \u2013 Varve");
    assertThat(elements(page, "pre"))
        .extracting(Element::getTextContent)
        .containsExactly(shown, shown);
    assertThat(elements(page, "img").get(0).hasAttribute("onload")).isFalse();
    assertThat(elements(page, "h2")).extracting(Element::getTextContent).contains(shown);
  }

  @Test
  void saysWhatTheRunGave() throws Exception {
    Document page = parse(SampleRuns.report(SampleRuns.points(20, 2)).html());
    String text = page.getDocumentElement().getTextContent();
    assertThat(text)
        .contains("1,378,916", "4,700", "4 min 36 s", "\u221292.31 \u00B1 0.500")
        .contains("500 samples of 100 images", "evidence lower bound")
        .contains("What each latent tells, test", "17 of 50", "No latent has collapsed")
        .contains("varve train vae-mlp-mnist.yaml --out runs/mnist", "0.35.1")
        .contains("KL z1", "Gradient norm", "points below the frame");
    assertThat(elements(page, "img")).hasSize(5);
  }

  @Test
  void leavesConstantsOutOfTheCharts() {
    List<Point> points = new ArrayList<>();
    for (int step = 0; step < 50; step++) {
      BoundScore score = new BoundScore(-100 + step, 0.2, Map.of("kl.z", 3.0));
      OptimizationState state = new OptimizationState(1, 1e-3, 2, 0, 100, step);
      points.add(new Point(step, step / 10.0, DataPart.TRAIN, score, state));
    }
    String html = SampleRuns.report(points).html();
    assertThat(html)
        .contains("Beta at the end")
        .doesNotContain("<h3>Beta")
        .doesNotContain("<h3>Learning");
  }

  @Test
  void saysWhichLatentsHaveCollapsed() throws Exception {
    Map<String, Double> terms = new LinkedHashMap<>();
    terms.put("kl.z1", 3.0);
    terms.put("kl.z2", 0.0999);
    terms.put("kl.z3", 0.1001);
    terms.put("log_p.x", -90.0);
    BoundScore score = new BoundScore(-93.2, 0.2, terms);
    Point point =
        new Point(9, 1, DataPart.TEST, score, new OptimizationState(1, 1e-3, 2, 0, 100, 1));
    Document page = parse(SampleRuns.report(List.of(point)).html());
    assertThat(page.getDocumentElement().getTextContent())
        .contains("Collapsed: z2. A latent whose KL is below 0.1 nats")
        .doesNotContain("No latent has collapsed");
    assertThat(LatentActivity.verdict(LatentActivity.of(Map.of("z", Double.NaN), Map.of())))
        .isEqualTo("No number is the KL of z.");
  }

  @Test
  void showsTheKlOfTheTestImages() throws Exception {
    for (int nodes : new int[] {2, 10}) {
      String html = SampleRuns.report(SampleRuns.points(20, nodes)).html();
      assertThat(html).contains("KL per node, nats, train", "KL per node, nats, test");
    }
  }

  @Test
  void showsTheImportanceBoundThatIsTrained() throws Exception {
    List<Point> points = new ArrayList<>();
    for (Point p : SampleRuns.points(4, 2)) {
      BoundScore s = p.score();
      OptionalDouble nats = train(p) ? OptionalDouble.of(s.bound() + 2.5) : OptionalDouble.empty();
      BoundScore more = new BoundScore(s.bound(), s.bitsPerDim(), s.terms(), nats);
      points.add(new Point(p.step(), p.epoch(), p.split(), more, p.state()));
    }
    String html = SampleRuns.report(points).html();
    assertThat(html).contains("train, importance-weighted", "Importance bound, train");
    assertThat(SampleRuns.report(SampleRuns.points(4, 2)).html())
        .doesNotContain("importance-weighted");
  }

  @Test
  void marksSkippedUpdatesAndBrokenValues() throws Exception {
    List<Point> points = new ArrayList<>(SampleRuns.points(8, 2));
    points.set(40, SampleRuns.bound(points.get(40), Double.NaN));
    Document page = parse(SampleRuns.report(points).html());
    List<String> marks =
        elements(page, "path").stream()
            .filter(p -> p.getAttribute("class").equals("mark"))
            .map(Element::getTextContent)
            .toList();
    assertThat(marks)
        .anyMatch(m -> m.startsWith("train is NaN, epoch 0.85"))
        .anyMatch(m -> m.startsWith("1 update skipped by epoch"));
  }

  @Test
  void writesAtomically() throws IOException {
    Path file = folder.resolve("run/report.html");
    Report report = SampleRuns.report(SampleRuns.points(2, 1));
    report.write(file);
    report.write(file);
    assertThat(Files.readString(file)).isEqualTo(report.html());
    try (Stream<Path> left = Files.list(file.getParent())) {
      assertThat(left).containsExactly(file);
    }
    assertThatThrownBy(() -> report.write(file.resolve("report.html")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("report.html: cannot be written: ")
        .hasMessageNotContaining("\n");
  }

  private static boolean train(Point point) {
    return point.split() == DataPart.TRAIN;
  }

  private static BoundScore empty() {
    return new BoundScore(-3, 0.1, Map.of());
  }

  private static Document parse(String html) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(html)));
  }

  private static List<Element> elements(Document page, String tag) {
    NodeList nodes = page.getElementsByTagName(tag);
    return IntStream.range(0, nodes.getLength()).mapToObj(i -> (Element) nodes.item(i)).toList();
  }
}
