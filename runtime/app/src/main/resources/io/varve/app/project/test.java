package @package@;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.varve.conformance.Kit;
import io.varve.conformance.Outcome;
import io.varve.model.Catalog;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The JAR, as Varve loads it, keeps every rule of Varve's contract with plug-ins. */
class @Type@Test {
  @TestFactory
  Stream<DynamicTest> keepsTheContract() {
    Path home = Path.of(URI.create("file://" + System.getProperty("varve.home")));
    Catalog catalog = Catalog.open(List.of(home.resolve("plugins")));
    Catalog.Plugin plugin = catalog.load(Path.of(System.getProperty("plugin.jar")));
    return Kit.checks(catalog, plugin).stream()
        .map(
            check ->
                dynamicTest(
                    check.id().subject() + " " + check.id().name(),
                    () -> {
                      Outcome outcome = check.run();
                      assertTrue(outcome.ok(), outcome::message);
                    }))
        .onClose(catalog::close);
  }
}
