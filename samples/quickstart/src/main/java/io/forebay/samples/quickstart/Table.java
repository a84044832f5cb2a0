package io.forebay.samples.quickstart;

import java.util.List;
import java.util.Locale;

/**
 * Rows of cells, for a terminal and for a page.
 *
 * @param head names of the columns
 * @param rows as many cells each; the first is aligned to the left
 */
record Table(List<String> head, List<List<String>> rows) {

  /** The text of a cell. */
  static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  String text() {
    int[] widths = new int[head.size()];
    measure(head, widths);
    rows.forEach(row -> measure(row, widths));
    StringBuilder text = new StringBuilder();
    append(text, head, widths);
    rows.forEach(row -> append(text, row, widths));
    return text.toString();
  }

  private static void measure(List<String> row, int[] widths) {
    for (int i = 0; i < widths.length; i++) {
      widths[i] = Math.max(widths[i], row.get(i).length());
    }
  }

  private static void append(StringBuilder text, List<String> row, int[] widths) {
    for (int i = 0; i < widths.length; i++) {
      String format = i == 0 ? "%-" + widths[i] + "s" : "  %" + widths[i] + "s";
      text.append(String.format(format, row.get(i)));
    }
    text.append('\n');
  }

  String html() {
    StringBuilder html = new StringBuilder("<table>\n");
    append(html, head, "th");
    rows.forEach(row -> append(html, row, "td"));
    return html.append("</table>").toString();
  }

  private static void append(StringBuilder html, List<String> row, String tag) {
    html.append("<tr>");
    row.forEach(
        cell -> html.append('<').append(tag).append('>').append(cell).append("</" + tag + '>'));
    html.append("</tr>\n");
  }
}
