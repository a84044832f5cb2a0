package io.forebay.kubernetes.affinity;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Values as nodes of YAML. Texts have quotes, for kubectl reads YAML 1.1, in which a zone called
 * 'no' would be a truth value.
 */
final class YamlTree {

  private YamlTree() {}

  /** A name, which needs no quotes. */
  static Node of(String name) {
    return new ScalarNode(Tag.STR, name, ScalarStyle.PLAIN);
  }

  static Node ofValue(Object value) {
    if (value instanceof Map<?, ?> map) {
      List<NodeTuple> fields = new ArrayList<>();
      map.forEach((name, each) -> fields.add(new NodeTuple(of(name.toString()), ofValue(each))));
      return new MappingNode(Tag.MAP, fields, FlowStyle.BLOCK);
    }
    if (value instanceof List<?> list) {
      List<Node> items = list.stream().map(YamlTree::ofValue).toList();
      return new SequenceNode(Tag.SEQ, items, FlowStyle.BLOCK);
    }
    if (value instanceof Number number) {
      return new ScalarNode(Tag.INT, number.toString(), ScalarStyle.PLAIN);
    }
    if (value instanceof Boolean bool) {
      return new ScalarNode(Tag.BOOL, bool.toString(), ScalarStyle.PLAIN);
    }
    return new ScalarNode(Tag.STR, value.toString(), ScalarStyle.DOUBLE_QUOTED);
  }
}
