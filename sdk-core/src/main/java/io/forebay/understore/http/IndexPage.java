package io.forebay.understore.http;

import io.forebay.understore.UnderStoreException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.parser.Parser;

/**
 * The page with which a web server lists a directory. Apache, nginx and their like call it 'Index
 * of' and the path; a page with another title may be somebody's home page, or a portal's.
 */
final class IndexPage {

  private static final String END = "</html>";

  private IndexPage() {}

  /**
   * @throws NoClassDefFoundError when there is no jsoup
   */
  static void requireParser() {
    Parser.htmlParser();
  }

  /**
   * The links of a page, as they are written.
   *
   * @param noun the directory, for messages
   */
  static List<String> links(String noun, byte[] page) throws IOException {
    String end =
        new String(
            page,
            Math.max(0, page.length - 1_024),
            Math.min(page.length, 1_024),
            StandardCharsets.ISO_8859_1);
    Document document = Jsoup.parse(new ByteArrayInputStream(page), null, "");
    String title = document.title().strip();
    String lower = title.toLowerCase(Locale.ROOT);
    if (!lower.startsWith("index of") && !lower.startsWith("directory listing for")) {
      throw UnderStoreException.lasting(
          noun
              + ": the page is not a directory listing; its title is '"
              + title
              + "'. Enable directory listings on the server (mod_autoindex of Apache, autoindex"
              + " of nginx), and remove index.html",
          null);
    }
    if (!end.toLowerCase(Locale.ROOT).contains(END)) {
      throw UnderStoreException.passing(noun + ": the list of the directory is truncated", null);
    }
    return document.select("a[href]").eachAttr("href");
  }
}
