package io.forebay.server.access;

import java.nio.file.AccessDeniedException;
import java.time.Instant;
import java.util.List;

/**
 * What a token gives.
 *
 * @param holder whom it was made for, for logs
 * @param dataSets their names; {@link #ALL} for all of them
 * @param expires when it gives nothing any more
 */
public record Grant(String holder, List<String> dataSets, Role role, Instant expires) {

  /** In place of the names of all data sets. */
  public static final String ALL = "*";

  public Grant {
    dataSets = List.copyOf(dataSets);
  }

  /**
   * @param dataSet {@link #ALL} for what concerns more than one; empty for what concerns none
   * @throws AccessDeniedException with what to do
   */
  public void require(String dataSet, Role asked, Instant now) throws AccessDeniedException {
    if (!now.isBefore(expires)) {
      throw denied(
          dataSet,
          "the token of '" + holder + "' expired at " + expires + "; " + another(dataSet, asked));
    }
    if (!dataSet.isEmpty() && !dataSets.contains(ALL) && !dataSets.contains(dataSet)) {
      throw denied(
          dataSet,
          "the token of '" + holder + "' is for " + dataSets + "; " + another(dataSet, asked));
    }
    if (!role.includes(asked)) {
      throw denied(
          dataSet,
          "the token of '"
              + holder
              + "' has the role "
              + role.word()
              + ", and this needs "
              + asked.word()
              + "; "
              + another(dataSet, asked));
    }
  }

  /** The refusal of what came without a token. */
  public static AccessDeniedException missing(String dataSet, Role asked) {
    return denied(dataSet, "this server asks for a token; " + another(dataSet, asked));
  }

  /** The refusal of a token that is none, or not of this server. */
  static AccessDeniedException invalid(String problem) {
    return denied("", "the token is not valid: " + problem + "; " + another("", Role.READ));
  }

  private static AccessDeniedException denied(String dataSet, String reason) {
    return new AccessDeniedException(
        dataSet.isEmpty() || dataSet.equals(ALL) ? "the cache server" : dataSet, null, reason);
  }

  private static String another(String dataSet, Role role) {
    String which =
        dataSet.equals(ALL) ? "--all" : "--data-set " + (dataSet.isEmpty() ? "NAME" : dataSet);
    return "ask the server's operator for one (forebay token --key FILE "
        + which
        + " --role "
        + role.word()
        + ") and name its file with FOREBAY_TOKEN_FILE";
  }
}
