package io.forebay.simulator.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** A Markdown table whose rows are computed on all processors, and printed in their order. */
final class Table {

  private final String[] columns;
  private final List<Supplier<List<String>>> blocks = new ArrayList<>();

  Table(String... columns) {
    this.columns = columns;
  }

  /** A few rows that follow from each other. */
  void rows(Supplier<List<String>> rows) {
    blocks.add(rows);
  }

  void row(Supplier<String> row) {
    blocks.add(() -> List.of(row.get()));
  }

  void print() {
    List<String> rows = blocks.parallelStream().map(Supplier::get).flatMap(List::stream).toList();
    System.out.println("| " + String.join(" | ", columns) + " |");
    System.out.println("|---".repeat(columns.length) + "|");
    rows.forEach(System.out::println);
  }
}
