package io.forebay.samples.quickstart;

import java.util.List;
import java.util.Locale;

/**
 * A bar of a chart.
 *
 * @param source what was read from, which gives the colour
 * @param label before it
 * @param value its length
 * @param text behind it
 */
record Bar(String source, String label, double value, String text) {

  private static final int WIDTH = 500;
  private static final int HEIGHT = 22;
  private static final int LINE = HEIGHT + 8;

  /** As an SVG element. */
  static String chart(String name, List<Bar> bars) {
    double most = bars.stream().mapToDouble(Bar::value).max().orElse(1);
    StringBuilder svg =
        new StringBuilder(
            String.format(
                "<svg viewBox='0 0 880 %d' role='img' aria-label='%s'>%n",
                bars.size() * LINE + 10, name));
    for (int i = 0; i < bars.size(); i++) {
      Bar bar = bars.get(i);
      double width = WIDTH * bar.value / most;
      int y = 5 + i * LINE;
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x='225' y='%d' text-anchor='end'>%s</text>"
                  + "<rect class='%s' x='235' y='%d' width='%.1f' height='%d'/>"
                  + "<text x='%.1f' y='%d'>%s</text>%n",
              y + 16,
              bar.label,
              bar.source.replace(' ', '-'),
              y,
              width,
              HEIGHT,
              243 + width,
              y + 16,
              bar.text));
    }
    return svg.append("</svg>").toString();
  }
}
