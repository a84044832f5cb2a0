package io.forebay.samples.oss;

/** The little XML that the protocol needs. */
final class Xml {

  private Xml() {}

  static String element(String name, Object value) {
    return "<" + name + ">" + escape(String.valueOf(value)) + "</" + name + ">";
  }

  static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
