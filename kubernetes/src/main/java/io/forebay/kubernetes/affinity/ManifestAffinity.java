package io.forebay.kubernetes.affinity;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Present;
import org.snakeyaml.engine.v2.api.lowlevel.Serialize;
import org.snakeyaml.engine.v2.constructor.StandardConstructor;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Gives the pods in manifests their affinity. It works on the tree of the YAML text, so that
 * quotes, comments and fields that only a newer Kubernetes knows stay as they are. Pods are found
 * by their shape, in lists and in workloads of any kind, also of operators such as Kubeflow's.
 */
public final class ManifestAffinity {

  /** The YAML of Kubernetes has lines as long as they are. */
  private static final int NO_FOLDING = Integer.MAX_VALUE / 2;

  private static final LoadSettings READING =
      LoadSettings.builder().setParseComments(true).setAllowDuplicateKeys(false).build();

  private static final DumpSettings WRITING =
      DumpSettings.builder()
          .setDumpComments(true)
          .setExplicitStart(true)
          .setWidth(NO_FOLDING)
          .build();

  private final KubernetesSerialization kubernetes = new KubernetesSerialization();
  private final PodAffinity affinity;
  private final String defaultNamespace;

  /**
   * @param defaultNamespace of objects that name none
   */
  public ManifestAffinity(PodAffinity affinity, String defaultNamespace) {
    this.affinity = affinity;
    this.defaultNamespace = defaultNamespace;
  }

  /**
   * The same documents, each after a line of dashes.
   *
   * @param source of the text, for errors
   * @throws ManifestException naming the source, the document and the line
   */
  public String apply(String source, String text) {
    StringBuilder result = new StringBuilder();
    int number = 0;
    Iterator<Node> documents = new Compose(READING).composeAllFromString(text).iterator();
    while (true) {
      Optional<Node> document = next(documents, source, number + 1);
      if (document.isEmpty()) {
        return result.toString();
      }
      number++;
      Place place = new Place(source, number);
      visit(document.get(), defaultNamespace, place);
      result.append(
          new Present(WRITING)
              .emitToString(new Serialize(WRITING).serializeOne(document.get()).iterator()));
    }
  }

  private static Optional<Node> next(Iterator<Node> documents, String source, int number) {
    try {
      return documents.hasNext() ? Optional.of(documents.next()) : Optional.empty();
    } catch (YamlEngineException e) {
      Optional<Integer> line =
          e instanceof MarkedYamlEngineException marked
              ? marked.getProblemMark().map(mark -> mark.getLine() + 1)
              : Optional.empty();
      String problem =
          e instanceof MarkedYamlEngineException marked ? marked.getProblem() : e.getMessage();
      throw new Place(source, number).error(line, "is not YAML: " + problem, e);
    }
  }

  /** For errors. */
  private record Place(String source, int document) {

    ManifestException error(Optional<Integer> line, String problem, Exception cause) {
      return new ManifestException(
          source
              + ", document "
              + document
              + line.map(number -> ", line " + number).orElse("")
              + ": "
              + problem,
          cause);
    }
  }

  private void visit(Node node, String namespace, Place place) {
    if (node instanceof SequenceNode list) {
      list.getValue().forEach(each -> visit(each, namespace, place));
    } else if (node instanceof MappingNode object) {
      visitObject(object, namespace, place);
    }
  }

  private void visitObject(MappingNode object, String outerNamespace, Place place) {
    String namespace =
        child(object, "metadata")
            .flatMap(metadata -> child(metadata, "namespace"))
            .map(ManifestAffinity::text)
            .orElse(outerNamespace);
    Optional<MappingNode> spec =
        child(object, "spec").filter(MappingNode.class::isInstance).map(MappingNode.class::cast);
    if (spec.flatMap(s -> child(s, "containers"))
        .filter(SequenceNode.class::isInstance)
        .isPresent()) {
      decide(object, spec.get(), namespace, place);
    } else if (!child(object, "kind")
        .map(ManifestAffinity::text)
        .equals(Optional.of("DaemonSet"))) {
      object.getValue().forEach(entry -> visit(entry.getValueNode(), namespace, place));
    }
  }

  private void decide(MappingNode object, MappingNode spec, String namespace, Place place) {
    try {
      Object pod = new StandardConstructor(READING).constructSingleDocument(Optional.of(object));
      Map<Object, Object> template = new HashMap<>((Map<?, ?>) pod);
      template.keySet().retainAll(List.of("metadata", "spec"));
      PodTemplateSpec typed = kubernetes.convertValue(template, PodTemplateSpec.class);
      affinity
          .affinity(typed.getMetadata(), typed.getSpec(), namespace)
          .ifPresent(decided -> put(spec, decided));
    } catch (IllegalArgumentException | YamlEngineException e) {
      throw place.error(object.getStartMark().map(mark -> mark.getLine() + 1), e.getMessage(), e);
    }
  }

  private void put(MappingNode spec, Affinity decided) {
    List<NodeTuple> fields = new ArrayList<>(spec.getValue());
    NodeTuple field =
        new NodeTuple(
            YamlTree.of("affinity"), YamlTree.ofValue(kubernetes.convertValue(decided, Map.class)));
    for (int i = 0; i < fields.size(); i++) {
      if (isCalled(fields.get(i), "affinity")) {
        fields.set(i, field);
        spec.setValue(fields);
        return;
      }
    }
    fields.add(0, field);
    spec.setValue(fields);
  }

  private static Optional<Node> child(Node node, String name) {
    return node instanceof MappingNode object
        ? object.getValue().stream()
            .filter(field -> isCalled(field, name))
            .map(NodeTuple::getValueNode)
            .findFirst()
        : Optional.empty();
  }

  private static boolean isCalled(NodeTuple field, String name) {
    return text(field.getKeyNode()).equals(name);
  }

  private static String text(Node node) {
    return node instanceof ScalarNode scalar ? scalar.getValue() : "";
  }
}
