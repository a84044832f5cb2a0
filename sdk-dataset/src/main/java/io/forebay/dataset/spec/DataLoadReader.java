package io.forebay.dataset.spec;

import io.forebay.file.DataPath;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the spec of a {@code DataLoad}. */
final class DataLoadReader {

  private DataLoadReader() {}

  static Manifest read(String name, Field spec) {
    spec.allow(
        "dataset",
        "loadMetadata",
        "target",
        "policy",
        "schedule",
        "runAfter",
        "ttlSecondsAfterFinished");
    Field dataSet = spec.require("dataset").allow("name");
    String dataSetName = dataSet.require("name").text();
    dataSet.ignore("there are no namespaces outside of Kubernetes", "namespace");
    dataSet.close();
    boolean metadata = spec.get("loadMetadata").map(Field::flag).orElse(false);
    List<Manifest.Target> targets = new ArrayList<>();
    for (Field target : spec.get("target").map(Field::list).orElse(List.of())) {
      target.allow("path", "replicas");
      String path = target.require("path").as(DataPath::normalize);
      int replicas = target.get("replicas").map(f -> f.number(1)).orElse(1);
      targets.add(new Manifest.Target(path, replicas));
      target.close();
    }
    if (targets.isEmpty()) {
      targets.add(new Manifest.Target("", 1));
    }
    Manifest.Policy policy =
        spec.get("policy").map(DataLoadReader::policy).orElse(Manifest.Policy.ONCE);
    Optional<Field> schedule = spec.get("schedule");
    if (policy == Manifest.Policy.CRON && schedule.isEmpty()) {
      throw spec.error("must have the field 'schedule', because its policy is Cron");
    }
    if (policy != Manifest.Policy.CRON && schedule.isPresent()) {
      throw schedule.get().error("is only valid with the policy Cron");
    }
    Optional<Duration> keepFor =
        spec.get("ttlSecondsAfterFinished").map(f -> Duration.ofSeconds(f.number(0)));
    spec.ignore("it is a setting of another product", "options");
    spec.ignore(
        "there are no pods outside of Kubernetes",
        "podMetadata",
        "affinity",
        "tolerations",
        "nodeSelector",
        "schedulerName",
        "resources",
        "parallelism");
    Optional<String> after = spec.get("runAfter").map(DataLoadReader::predecessor);
    spec.close();
    return new Manifest.DataLoad(
        name,
        dataSetName,
        metadata,
        targets,
        policy,
        schedule.map(Schedule::check),
        after,
        keepFor);
  }

  private static String predecessor(Field runAfter) {
    runAfter.allow("kind", "name");
    Field kind = runAfter.require("kind");
    if (!kind.text().equals("DataLoad")) {
      throw kind.error("is '" + kind.text() + "'; a load can only wait for a DataLoad");
    }
    runAfter.ignore("there is one version", "apiVersion");
    runAfter.ignore("there are no namespaces outside of Kubernetes", "namespace");
    runAfter.ignore("there are no pods outside of Kubernetes", "affinityStrategy");
    String name = runAfter.require("name").text();
    runAfter.close();
    return name;
  }

  private static Manifest.Policy policy(Field field) {
    return switch (field.text()) {
      case "Once" -> Manifest.Policy.ONCE;
      case "Cron" -> Manifest.Policy.CRON;
      case "OnEvent" -> Manifest.Policy.ON_EVENT;
      default -> throw field.error("is '" + field.text() + "'; use Once, Cron or OnEvent");
    };
  }
}
