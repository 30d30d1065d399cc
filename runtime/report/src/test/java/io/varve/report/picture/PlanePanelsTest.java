package io.varve.report.picture;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class PlanePanelsTest {
  private static final int DARK = 0xFF440154;
  private static final int BRIGHT = 0xFFFDE725;
  private static final int PANEL = 512;
  private static final int SECOND = PANEL + 8;

  private static BufferedImage read(Png png) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(png.bytes()));
  }

  @Test
  void drawsCellsWhereTheyLie() throws IOException {
    double[] one = new double[256 * 256];
    one[10 * 256 + 20] = 0.25; // x = 10, y = 20
    double[] other = new double[256 * 256];
    other[200 * 256 + 255] = 7; // more than the scale has
    other[0] = Double.NaN;
    BufferedImage image =
        read(
            PlanePanels.densities(
                List.of(
                    new PlanePanels.DensityPanel("a", one),
                    new PlanePanels.DensityPanel("b", other))));
    int bottom = image.getHeight() - 1;
    assertThat(image.getWidth()).isEqualTo(2 * PANEL + 8);
    assertThat(image.getRGB(20, bottom - 40)).isEqualTo(BRIGHT);
    assertThat(image.getRGB(21, bottom - 41)).isEqualTo(BRIGHT);
    assertThat(image.getRGB(22, bottom - 40)).isEqualTo(DARK);
    assertThat(image.getRGB(SECOND + 400, bottom - 511)).isEqualTo(BRIGHT);
    assertThat(image.getRGB(SECOND, bottom)).as("NaN").isEqualTo(DARK);
    assertThat(image.getRGB(PANEL + 1, bottom) >>> 24).as("between panels").isZero();
  }

  @Test
  void drawsPointsInTheMiddleOfTheirCells() throws IOException {
    float[] points = {100, 50, 0, 80, Float.NaN, 3, 90, 255};
    BufferedImage image =
        read(PlanePanels.points(List.of(new PlanePanels.PointsPanel("p", points))));
    int bottom = image.getHeight() - 1;
    assertThat(image.getRGB(201, bottom - 101)).isNotEqualTo(DARK);
    assertThat(image.getRGB(201, bottom - 120)).isEqualTo(DARK);
    assertThat(image.getRGB(1, bottom - 161)).as("beyond the square").isEqualTo(DARK);
    assertThat(image.getRGB(181, bottom - 511)).as("beyond the square").isEqualTo(DARK);
  }

  @Test
  void drawsNothingOfNoMass() throws IOException {
    PlanePanels.DensityPanel none = new PlanePanels.DensityPanel("none", new double[256 * 256]);
    BufferedImage image = read(PlanePanels.densities(List.of(none)));
    assertThat(image.getRGB(256, 256)).isEqualTo(DARK);
  }
}
