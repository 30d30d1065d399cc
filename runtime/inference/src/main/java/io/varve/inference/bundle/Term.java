package io.varve.inference.bundle;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Names of the parts of the bound in graphs, metrics and reports: {@code log_p.x} counts for the
 * bound, {@code kl.z} counts against it.
 */
public final class Term {
  private static final String LOG_P = "log_p.";
  private static final String KL = "kl.";

  private Term() {}

  /** The name of log p of a data variable. */
  public static String logP(String variable) {
    return LOG_P + variable;
  }

  /** The name of the KL of a latent. */
  public static String kl(String latent) {
    return KL + latent;
  }

  /** Whether a term is the KL of a latent. */
  public static boolean isKl(String term) {
    return term.startsWith(KL);
  }

  /** The variable that a term is about. */
  public static String variable(String term) {
    return term.substring(isKl(term) ? KL.length() : LOG_P.length());
  }

  /** What a term adds to the bound: log p as it is, KL with the other sign. */
  public static double signed(String term, double nats) {
    return isKl(term) ? -nats : nats;
  }

  /** Parts by variable as terms by name, log p first. */
  public static <T> Map<String, T> named(Map<String, T> logP, Map<String, T> kl) {
    Map<String, T> terms = new LinkedHashMap<>();
    logP.forEach((variable, part) -> terms.put(logP(variable), part));
    kl.forEach((latent, part) -> terms.put(kl(latent), part));
    return terms;
  }

  /** The KL terms by latent, or else the log p terms by data variable. */
  public static <T> Map<String, T> byVariable(Map<String, T> terms, boolean kl) {
    Map<String, T> parts = new LinkedHashMap<>();
    terms.forEach(
        (term, part) -> {
          if (isKl(term) == kl) {
            parts.put(variable(term), part);
          }
        });
    return parts;
  }
}
