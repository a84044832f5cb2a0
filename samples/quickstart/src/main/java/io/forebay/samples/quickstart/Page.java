package io.forebay.samples.quickstart;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a sample found, for the terminal and as an HTML page.
 *
 * @param title of the page
 * @param summary sentences
 * @param chartTitle what bars show
 * @param notes what columns mean
 * @param setting where it was measured
 */
record Page(
    String title,
    List<String> summary,
    String chartTitle,
    List<Bar> bars,
    Table table,
    String notes,
    String setting) {

  void print(Path html) throws IOException {
    write(html);
    System.out.println();
    System.out.println(setting);
    System.out.println();
    System.out.print(table.text());
    System.out.println();
    summary.forEach(System.out::println);
    System.out.println("The same with a chart: " + html.toAbsolutePath());
  }

  void write(Path html) throws IOException {
    String page;
    try (InputStream template = Page.class.getResourceAsStream("page.html")) {
      page = new String(template.readAllBytes(), StandardCharsets.UTF_8);
    }
    String sentences =
        summary.stream().map(line -> "<p>" + line + "</p>").collect(Collectors.joining("\n"));
    Files.writeString(
        html,
        page.replace("{{title}}", title)
            .replace("{{summary}}", sentences)
            .replace("{{chart-title}}", chartTitle)
            .replace("{{chart}}", Bar.chart(chartTitle, bars))
            .replace("{{table}}", table.html())
            .replace("{{notes}}", notes)
            .replace("{{setting}}", setting));
  }
}
