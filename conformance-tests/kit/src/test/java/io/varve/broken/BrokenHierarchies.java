package io.varve.broken;

import io.varve.spi.Factor;
import io.varve.spi.Hierarchy;
import io.varve.spi.Named;
import io.varve.spi.Node;
import io.varve.spi.Node.Derived;
import io.varve.spi.Node.Feature;
import io.varve.spi.Node.Latent;
import io.varve.spi.Node.Observed;
import io.varve.spi.Space;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.pf4j.Extension;

/** Hierarchies with a mistake, each made of the sound nodes of its example. */
public final class BrokenHierarchies {
  /** Two latents, a derived variable and the data. */
  private static final String SOUND =
      """
      nodes:
        - latent: u
          shape: [2]
          p: {type: standard-normal}
          q: {type: normal, given: [y], network: {type: mlp, hidden: [8]}}
        - derived: y
          of: x
          by: {type: quantize, bits: 1}
          p: {type: bernoulli, given: [u], network: {type: mlp, hidden: [8]}}
        - latent: z
          shape: [2]
          p: {type: normal, given: [u], network: {type: mlp, hidden: [8]}}
          q: {type: normal, given: [x], network: {type: mlp, hidden: [8]}}
        - observed: x
          p: {type: discretized-logistic, given: [y, z], network: {type: mlp, hidden: [8]}}
      """;

  private BrokenHierarchies() {}

  private static List<Node> with(List<Node> nodes, int index, Node node) {
    List<Node> changed = new ArrayList<>(nodes);
    changed.set(index, node);
    return changed;
  }

  private static Latent renamed(Node latent, String name) {
    Latent z = (Latent) latent;
    return new Latent(name, z.shape(), z.p(), z.q(), z.shared());
  }

  private static Latent inferredFrom(Node latent, String... given) {
    Latent z = (Latent) latent;
    return new Latent(z.name(), z.shape(), z.p(), z.q().given(List.of(given)), z.shared());
  }

  /** Writes the nodes as inference runs, data first. */
  @Breaks({"H1", "H3"})
  @Named(value = "reversed", examples = SOUND)
  @Extension
  public record Reversed(List<Node> nodes) implements Hierarchy {
    @Override
    public List<Node> nodes(Space x) {
      List<Node> reversed = new ArrayList<>(nodes);
      Collections.reverse(reversed);
      return reversed;
    }
  }

  /** Observes the coarse data as well. */
  @Breaks("H1")
  @Named(value = "twice-observed", examples = SOUND)
  @Extension
  public record TwiceObserved(List<Node> nodes) implements Hierarchy {
    @Override
    public List<Node> nodes(Space x) {
      return with(nodes, 1, new Observed("y", ((Derived) nodes.get(1)).p()));
    }
  }

  /** Names every latent z. */
  @Breaks("H2")
  @Named(value = "namesakes", examples = SOUND)
  @Extension
  public record Namesakes(List<Node> nodes) implements Hierarchy {
    @Override
    public List<Node> nodes(Space x) {
      return with(nodes, 0, renamed(nodes.get(0), "z"));
    }
  }

  /** Names latents with an index in brackets. */
  @Breaks("H2")
  @Named(value = "bracketed", examples = SOUND)
  @Extension
  public record Bracketed(List<Node> nodes) implements Hierarchy {
    @Override
    public List<Node> nodes(Space x) {
      return with(nodes, 2, renamed(nodes.get(2), "z[1]"));
    }
  }

  /** Lets the first prior read the last latent. */
  @Breaks("H3")
  @Named(value = "forward-reading", examples = SOUND)
  @Extension
  public record ForwardReading(List<Node> nodes) implements Hierarchy {
    @Override
    public List<Node> nodes(Space x) {
      Latent u = (Latent) nodes.get(0);
      Factor p = ((Latent) nodes.get(2)).p().given(List.of("z"));
      return with(nodes, 0, new Latent("u", u.shape(), p, u.q(), List.of()));
    }
  }

  /** Lets a prior read a feature of the data, which generation does not have yet. */
  @Breaks("H3")
  @Named(value = "peeking", examples = SOUND)
  @Extension
  public record Peeking(List<Node> nodes) implements Hierarchy {
    @Override
    public List<Node> nodes(Space x) {
      Latent z = (Latent) nodes.get(2);
      List<Node> changed = new ArrayList<>(nodes);
      changed.add(0, new Feature("h", z.shape(), List.of("x"), z.q().network().orElseThrow()));
      changed.set(3, new Latent("z", z.shape(), z.p().given(List.of("u", "h")), z.q(), List.of()));
      return changed;
    }
  }

  /** Infers from a variable that is not there. */
  @Breaks("H3")
  @Named(value = "dangling", examples = SOUND)
  @Extension
  public record Dangling(List<Node> nodes) implements Hierarchy {
    @Override
    public List<Node> nodes(Space x) {
      return with(nodes, 2, inferredFrom(nodes.get(2), "x", "y2"));
    }
  }

  /** Puts the coarse data after what they are derived from. */
  @Breaks("H4")
  @Named(value = "fine-first", examples = SOUND)
  @Extension
  public record FineFirst(List<Node> nodes) implements Hierarchy {
    @Override
    public List<Node> nodes(Space x) {
      Derived y = (Derived) nodes.get(1);
      List<Node> changed = new ArrayList<>(nodes);
      changed.add(2, new Derived("y2", "y", y.by(), y.p()));
      return changed;
    }
  }

  /** Derives from a latent. */
  @Breaks("H4")
  @Named(value = "derived-latent", examples = SOUND)
  @Extension
  public record DerivedLatent(List<Node> nodes) implements Hierarchy {
    @Override
    public List<Node> nodes(Space x) {
      Derived y = (Derived) nodes.get(1);
      return with(nodes, 1, new Derived("y", "z", y.by(), y.p()));
    }
  }

  /** Infers each latent from the other. */
  @Breaks("H5")
  @Named(value = "circular", examples = SOUND)
  @Extension
  public record Circular(List<Node> nodes) implements Hierarchy {
    @Override
    public List<Node> nodes(Space x) {
      List<Node> changed = with(nodes, 0, inferredFrom(nodes.get(0), "y", "z"));
      return with(changed, 2, inferredFrom(nodes.get(2), "x", "u"));
    }
  }

  /** Combines a posterior with a prior that reads the very variable. */
  @Breaks("H5")
  @Named(value = "circular-ladder", examples = SOUND)
  @Extension
  public record CircularLadder(List<Node> nodes) implements Hierarchy {
    @Override
    public List<Node> nodes(Space x) {
      return with(nodes, 0, inferredFrom(nodes.get(0), "y", "p(z)"));
    }
  }

  /** Makes up a name each time. */
  @Breaks("H6")
  @Named(value = "random-names", examples = SOUND)
  @Extension
  public record RandomNames(List<Node> nodes) implements Hierarchy {
    @Override
    public List<Node> nodes(Space x) {
      Latent z = (Latent) nodes.get(2);
      List<Node> changed = new ArrayList<>(nodes);
      String name = "h" + UUID.randomUUID();
      changed.add(0, new Feature(name, z.shape(), List.of("x"), z.q().network().orElseThrow()));
      changed.set(3, inferredFrom(z, name));
      return changed;
    }
  }

  /** Adds a feature that nothing reads: its weights are never trained. */
  @Breaks("X13")
  @Named(value = "unread", examples = SOUND)
  @Extension
  public record Unread(List<Node> nodes) implements Hierarchy {
    @Override
    public List<Node> nodes(Space x) {
      Latent z = (Latent) nodes.get(2);
      List<Node> changed = new ArrayList<>(nodes);
      changed.add(0, new Feature("h", z.shape(), List.of("x"), z.q().network().orElseThrow()));
      return changed;
    }
  }
}
