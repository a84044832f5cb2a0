package io.forebay.dataset.spec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A value in a manifest that knows where it stands. The reader of a mapping declares its fields,
 * whether it comes to read them or not; {@link #close} reports what is there besides. Used by one
 * thread.
 */
final class Field {

  private final Source source;
  private final String path;
  private final Node node;
  private final int line;
  private final Map<String, NodeTuple> fields = new LinkedHashMap<>();
  private final TreeSet<String> known = new TreeSet<>();

  /** A file, and what is to be said of it. */
  record Source(String file, List<String> warnings) {}

  Field(Source source, String path, Node node) {
    this(source, path, node, node);
  }

  /**
   * @param begin where it is said to stand: a field stands where its name does
   */
  private Field(Source source, String path, Node node, Node begin) {
    this.source = source;
    this.path = path;
    this.node = node;
    this.line = begin.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    if (node instanceof MappingNode mapping) {
      for (NodeTuple tuple : mapping.getValue()) {
        if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
          throw error("has a field whose name is not text");
        }
        if (fields.put(key.getValue(), tuple) != null) {
          throw error("has the field '" + key.getValue() + "' twice");
        }
      }
    }
  }

  SpecException error(String what) {
    return new SpecException(where() + " " + what);
  }

  private String where() {
    return source.file + ":" + line + ": " + (path.isEmpty() ? "the document" : path);
  }

  void warn(String what) {
    source.warnings.add(where() + " " + what);
  }

  /** Declares fields that may be there. */
  Field allow(String... names) {
    requireMapping();
    Collections.addAll(known, names);
    return this;
  }

  /** A declared field of this mapping; empty where it is missing or null. */
  Optional<Field> get(String name) {
    requireMapping();
    if (!known.contains(name)) {
      throw new IllegalStateException("the field " + name + " is read and not declared");
    }
    NodeTuple field = fields.get(name);
    return field == null || isNull(field.getValueNode())
        ? Optional.empty()
        : Optional.of(child(name, field));
  }

  private Field child(String name, NodeTuple field) {
    String at = path.isEmpty() ? name : path + "." + name;
    return new Field(source, at, field.getValueNode(), field.getKeyNode());
  }

  /** Whether nothing is written here. */
  boolean isNull() {
    return isNull(node);
  }

  private static boolean isNull(Node value) {
    return value instanceof ScalarNode scalar
        && scalar.isPlain()
        && (scalar.getValue().isEmpty()
            || scalar.getValue().equals("null")
            || scalar.getValue().equals("~"));
  }

  Field require(String name) {
    return get(name).orElseThrow(() -> error("must have the field '" + name + "'"));
  }

  private void requireMapping() {
    if (!(node instanceof MappingNode)) {
      throw error("must be a mapping, but is a " + kind());
    }
  }

  private String kind() {
    return node instanceof ScalarNode ? "plain value" : "list";
  }

  String text() {
    if (node instanceof ScalarNode scalar) {
      return scalar.getValue();
    }
    throw error(
        "must be a plain value, but is " + (node instanceof MappingNode ? "a mapping" : "a list"));
  }

  /** The value as something else; what the parser says becomes an error with the place. */
  <T> T as(Function<String, T> parser) {
    String text = text();
    try {
      return parser.apply(text);
    } catch (SpecException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw error("is wrong: " + e.getMessage());
    }
  }

  boolean flag() {
    return switch (text()) {
      case "true" -> true;
      case "false" -> false;
      default -> throw error("is '" + text() + "'; use true or false");
    };
  }

  int number(int least) {
    try {
      int value = Integer.parseInt(text());
      if (value >= least) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Reported below, with the range.
    }
    throw error("is '" + text() + "'; use a whole number of at least " + least);
  }

  List<Field> list() {
    if (!(node instanceof SequenceNode sequence)) {
      throw error("must be a list");
    }
    List<Field> items = new ArrayList<>();
    for (Node item : sequence.getValue()) {
      items.add(new Field(source, path + "[" + items.size() + "]", item));
    }
    return items;
  }

  /** The fields of a mapping whose names are the user's, each with its value. */
  Map<String, Field> entries() {
    requireMapping();
    Map<String, Field> entries = new LinkedHashMap<>();
    fields.forEach((name, field) -> entries.put(name, child(name, field)));
    return entries;
  }

  /** The fields of a mapping of plain values whose names are the user's. */
  Map<String, String> texts() {
    requireMapping();
    known.addAll(fields.keySet());
    Map<String, String> texts = new LinkedHashMap<>();
    fields.keySet().forEach(name -> get(name).ifPresent(f -> texts.put(name, f.text())));
    return texts;
  }

  /** Declares fields that Fluid has and that mean nothing here: reported when they are there. */
  void ignore(String why, String... names) {
    allow(names);
    for (String name : names) {
      get(name).ifPresent(field -> field.warn("is ignored: " + why));
    }
  }

  /** Nothing else may be there. */
  void close() {
    for (Map.Entry<String, NodeTuple> field : fields.entrySet()) {
      if (!known.contains(field.getKey())) {
        throw child(field.getKey(), field.getValue())
            .error("is unknown; known fields: " + String.join(", ", known));
      }
    }
  }
}
