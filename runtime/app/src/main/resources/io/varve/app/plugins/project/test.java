package @package@;

import io.varve.conformance.Kit;
import java.net.URI;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** The JAR, as Varve loads it, keeps every rule of Varve's contract with plug-ins. */
class @Type@Test {
  @TestFactory
  Stream<DynamicNode> keepsTheContract() {
    Path home = Path.of(URI.create("file://" + System.getProperty("varve.home")));
    return Kit.tests(Path.of(System.getProperty("plugin.jar")), home.resolve("plugins"));
  }
}
