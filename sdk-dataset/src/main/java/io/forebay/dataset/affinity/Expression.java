package io.forebay.dataset.affinity;

import java.util.List;

/**
 * A condition on a label of a node, as node affinity has it ({@code matchExpressions}).
 *
 * @param operator {@code In} or {@code Gt}
 */
public record Expression(String key, String operator, List<String> values) {

  public Expression {
    values = List.copyOf(values);
  }

  static Expression in(String key, List<String> values) {
    return new Expression(key, "In", values);
  }

  /** The label's value, an integer, is at least this. A node without the label does not match. */
  static Expression atLeast(String key, int value) {
    return new Expression(key, "Gt", List.of(Integer.toString(value - 1)));
  }
}
