package io.forebay.dataset.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.spec.DataSetReference;
import io.forebay.spec.DataSetSpec;
import io.forebay.spec.Mount;
import io.forebay.spec.Retain;
import io.forebay.spec.SecretRef;
import io.forebay.store.Medium;
import io.forebay.store.TierOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestsTest {

  /** In the form of Fluid's guides for JindoRuntime. */
  private static final String FLUID =
      """
      apiVersion: data.fluid.io/v1alpha1
      kind: Dataset
      metadata:
        name: hadoop
        namespace: default
      spec:
        mounts:
          - mountPoint: oss://training-data/images/
            options:
              fs.oss.endpoint: oss-cn-hangzhou-internal.aliyuncs.com
            name: hadoop
            path: "/"
            encryptOptions:
              - name: fs.oss.accessKeyId
                valueFrom:
                  secretKeyRef:
                    name: mysecret
                    key: fs.oss.accessKeyId
              - name: fs.oss.accessKeySecret
                valueFrom:
                  secretKeyRef:
                    name: mysecret
                    key: fs.oss.accessKeySecret
        nodeAffinity:
          required:
            nodeSelectorTerms: []
        accessModes:
          - ReadOnlyMany
      ---
      apiVersion: data.fluid.io/v1alpha1
      kind: JindoRuntime
      metadata:
        name: hadoop
      spec:
        replicas: 2
        tieredstore:
          levels:
            - mediumtype: MEM
              path: /dev/shm/cache
              quota: 2Gi
              high: "0.99"
              low: "0.8"
            - mediumtype: HDD
              path: /mnt/disk1, /mnt/disk2
              quotaList: 100Gi, 1.5Ti
        fuse:
          args:
            - -okernel_cache
      ---
      apiVersion: data.fluid.io/v1alpha1
      kind: DataLoad
      metadata:
        name: warm
      spec:
        dataset:
          name: hadoop
          namespace: default
        loadMetadata: true
        target:
          - path: /train
            replicas: 2
        policy: Cron
        schedule: "0 2 * * *"
        ttlSecondsAfterFinished: 300
      """;

  private static Manifests parse(String text) {
    return Manifests.parse("file.yaml", text, List.of(Path.of("/secrets")));
  }

  private static DataSetSpec dataSet(String spec) {
    return ((Manifest.DataSet) parse(document("Dataset", spec)).documents().get(0)).spec();
  }

  private static String document(String kind, String spec) {
    return "apiVersion: data.fluid.io/v1alpha1\nkind: "
        + kind
        + "\nmetadata:\n  name: x\nspec:\n"
        + spec.indent(2);
  }

  @Test
  void fluidsOwnManifestsAreRead() {
    Manifests manifests = parse(FLUID);
    DataSetSpec spec = ((Manifest.DataSet) manifests.documents().get(0)).spec();
    assertThat(spec.name()).isEqualTo("hadoop");
    Mount mount = spec.mounts().get(0);
    assertThat(mount.path()).isEmpty();
    assertThat(mount.root()).hasToString("oss://training-data/images");
    assertThat(mount.readOnly()).isTrue();
    assertThat(mount.options())
        .containsEntry("fs.oss.endpoint", "oss-cn-hangzhou-internal.aliyuncs.com");
    assertThat(mount.secrets().get("fs.oss.accessKeySecret"))
        .hasToString("mysecret/fs.oss.accessKeySecret");

    Manifest.CacheRuntime runtime = (Manifest.CacheRuntime) manifests.documents().get(1);
    assertThat(runtime.replicas()).isEqualTo(2);
    assertThat(runtime.tiers()).hasSize(2);
    assertThat(runtime.tiers().get(0).medium()).isEqualTo(Medium.MEM);
    assertThat(runtime.tiers().get(0).low()).isEqualTo(0.8);
    assertThat(runtime.tiers().get(1).directories())
        .extracting(d -> d.path() + " " + d.quotaBytes())
        .containsExactly("/mnt/disk1 " + (100L << 30), "/mnt/disk2 " + (3L << 39));

    Manifest.DataLoad load = (Manifest.DataLoad) manifests.documents().get(2);
    assertThat(load.targets()).containsExactly(new Manifest.Target("train", 2));
    assertThat(load.schedule()).contains("0 2 * * *");
    assertThat(load.keepFor()).contains(Duration.ofMinutes(5));
  }

  @Test
  void whatMeansNothingHereIsListedWithItsPlace() {
    assertThat(parse(FLUID).warnings())
        .anySatisfy(w -> assertThat(w).startsWith("file.yaml:24: spec.nodeAffinity is ignored"))
        .anySatisfy(w -> assertThat(w).contains("spec.fuse is ignored"))
        .noneSatisfy(w -> assertThat(w).contains("mounts"));
  }

  @Test
  void mountsGetPathsAsInFluid() {
    DataSetSpec spec =
        dataSet(
            """
            mounts:
              - mountPoint: s3://one/
                name: first
              - mountPoint: hdfs://namenode:8020/data
                name: second
                path: /deep/er
                readOnly: true
              - mountPoint: local:///mnt/data
                name: third
            accessModes: [ReadWriteMany]
            sharedOptions:
              fs.s3a.endpoint: http://minio:9000
            sharedEncryptOptions:
              - name: aws.accessKeyId
                valueFrom: {secretKeyRef: {name: s, key: k}}
            """);
    assertThat(spec.mounts()).extracting(Mount::path).containsExactly("first", "deep/er", "third");
    assertThat(spec.mounts()).extracting(Mount::readOnly).containsExactly(false, true, false);
    assertThat(spec.mounts().get(0).options()).containsKey("fs.s3a.endpoint");
    assertThat(spec.mounts().get(0).secrets()).containsKey("aws.accessKeyId");
    assertThat(spec.mounts().get(1).options()).isEmpty();
    assertThat(spec.mounts().get(1).secrets()).isEmpty();
    assertThat(spec.mounts().get(2).root()).hasToString("file:///mnt/data");
  }

  @Test
  void annotationsSayHowADataSetIsKept() {
    String text =
        document("Dataset", "mounts:\n  - mountPoint: s3://one\n    path: /\n")
            .replace(
                "  name: x\n",
                """
                  name: x
                  annotations:
                    other/thing: y
                    forebay.io/cache.retain: keep
                    forebay.io/metadata.refresh: 10m
                """);
    DataSetSpec spec = ((Manifest.DataSet) parse(text).documents().get(0)).spec();
    assertThat(spec.policy().retain()).isEqualTo(Retain.KEEP);
    assertThat(spec.policy().metadata().refreshEvery()).contains(Duration.ofMinutes(10));
    assertThatThrownBy(() -> parse(text.replace("cache.retain", "cache.retian")))
        .isInstanceOf(SpecException.class)
        .hasMessageContaining("metadata.annotations")
        .hasMessageContaining("forebay.io/cache.retian is unknown");
  }

  @Test
  void aCacheRuntimeHasItsTiersInItsWorker() {
    String text =
        document(
            "CacheRuntime",
            """
            worker:
              replicas: 2
              tieredStore:
                levels:
                  - medium: {processMemory: {}}
                    path: [/dev/shm/a]
                    quota: [1Gi]
                  - path: [/mnt/a, /mnt/b]
                    quota: [100Gi, 50Gi]
                    high: "0.9"
                    low: "0.8"
            """);
    Manifest.CacheRuntime runtime = (Manifest.CacheRuntime) parse(text).documents().get(0);
    assertThat(runtime.tiers()).hasSize(2);
    assertThat(runtime.tiers().get(0).medium()).isEqualTo(Medium.MEM);
    assertThat(runtime.tiers().get(1).directories())
        .extracting(TierOptions.Directory::quotaBytes)
        .containsExactly(100L << 30, 50L << 30);
    assertThat(runtime.tiers().get(1).high()).isEqualTo(0.9);
    assertThat(parse(text).warnings()).anyMatch(w -> w.contains("spec.worker"));
    assertThatThrownBy(() -> parse(text.replace("[100Gi, 50Gi]", "[100Gi]")))
        .hasMessageContaining("spec.worker.tieredStore.levels[1] has 1 quotas for 2 paths");
  }

  @Test
  void tiersWithoutAPathAreMemoryOrDirectoriesOfTheServer() {
    String text =
        document(
            "CacheRuntime",
            """
            runtimeClassName: some
            worker:
              replicas: 3
              nodeSelector: {disk: nvme}
              tieredStore:
                levels:
                  - processMemory: {quota: 1Gi}
                  - emptyDir: {quota: 2Gi, medium: Memory}
                  - emptyDir: {quota: 3Gi}
                    high: "0.9"
                    low: "0.5"
                  - hostPath: {paths: [/a, /b], quotas: [4Gi, 5Gi], type: DirectoryOrCreate}
            """);
    Manifest.CacheRuntime runtime = (Manifest.CacheRuntime) parse(text).documents().get(0);
    assertThat(runtime.replicas()).isEqualTo(3);
    assertThat(runtime.tiers(Path.of("/node")))
        .extracting(
            tier ->
                tier.medium()
                    + " "
                    + tier.directories().stream()
                        .map(d -> d.path() + "=" + (d.quotaBytes() >> 30))
                        .toList())
        .containsExactly(
            "MEM [/dev/shm/forebay-x-0=1]",
            "MEM [/dev/shm/forebay-x-1=2]",
            "SSD [/node/tier-2=3]",
            "SSD [/a=4, /b=5]");
    assertThat(runtime.tiers().get(2).low()).isEqualTo(0.5);
    assertThat(parse(text).warnings())
        .anyMatch(
            w -> w.contains("spec.worker.nodeSelector is not applied") && w.contains("disk=nvme"));
    assertThatThrownBy(() -> parse(text.replace("{quota: 3Gi}", "{quota: 3Gi, medium: Disk}")))
        .hasMessageContaining("levels[2].emptyDir.medium must be Memory or empty");
    assertThatThrownBy(() -> parse(text.replace("emptyDir: {quota: 3Gi}", "other: {}")))
        .hasMessageContaining("levels[2] needs one of the fields processMemory, emptyDir");
    assertThatThrownBy(
            () -> parse(text.replace("- processMemory:", "- path: [/x]\n          processMemory:")))
        .hasMessageContaining("levels[0] must have one of the fields processMemory, path");
  }

  @Test
  void aCacheRuntimeThatStopsFluidsControllerIsAWarning() {
    String spec = "runtimeClassName: forebay\nworker: {replicas: 1}\n";
    for (String master : List.of("", "master: {replicas: 1}\n", "master: {disabled: false}\n")) {
      assertThat(parse(document("CacheRuntime", spec + master)).warnings())
          .anyMatch(w -> w.contains("spec has no master.disabled: true"));
    }
    assertThat(parse(document("CacheRuntime", spec + "master: {disabled: true}\n")).warnings())
        .noneMatch(w -> w.contains("master.disabled"));
  }

  @Test
  void theRuntimesOfAllProductsAreReadForTheirTiersAndReplicas() {
    for (String kind :
        List.of(
            "JindoRuntime",
            "AlluxioRuntime",
            "JuiceFSRuntime",
            "ThinRuntime",
            "EFCRuntime",
            "GooseFSRuntime",
            "VineyardRuntime")) {
      String text =
          document(
              kind,
              """
              replicas: 2
              master: {replicas: 1}
              fuse: {image: some, options: {a: b}}
              worker: {nodeSelector: {disk: nvme}}
              tieredstore:
                levels:
                  - {mediumtype: MEM, quota: 1Gi, low: "0.1"}
                  - {mediumtype: SSD, path: /cache, quota: 2Gi}
              """);
      Manifests manifests = parse(text);
      Manifest.CacheRuntime runtime = (Manifest.CacheRuntime) manifests.documents().get(0);
      assertThat(runtime.kind()).isEqualTo(kind);
      assertThat(runtime.replicas()).isEqualTo(2);
      assertThat(runtime.tiers()).hasSize(2);
      assertThat(runtime.tiers().get(0).directories().get(0).path())
          .isEqualTo(Path.of("/dev/shm/forebay-x-0"));
      // JuiceFS means the free space of the disk.
      assertThat(runtime.tiers().get(0).low())
          .isEqualTo(kind.equals("JuiceFSRuntime") ? TierOptions.DEFAULT_LOW : 0.1);
      assertThat(manifests.warnings())
          .anyMatch(w -> w.contains("spec.master is ignored"))
          .anyMatch(w -> w.contains("spec.fuse is ignored"))
          .anyMatch(w -> w.contains("spec.worker.nodeSelector is not applied"));
      assertThatThrownBy(() -> parse(document(kind, "foo: bar")))
          .hasMessageContaining("spec.foo is unknown");
      String empty = document(kind, "# nothing\n");
      assertThat(((Manifest.CacheRuntime) parse(empty).documents().get(0)).tiers()).isEmpty();
    }
  }

  @Test
  void jindosMetaPolicySaysHowOldNamesMayBe() {
    String text =
        document(
            "Dataset", "mounts:\n  - mountPoint: s3://one\nsharedOptions:\n  metaPolicy: ALWAYS\n");
    DataSetSpec spec = ((Manifest.DataSet) parse(text).documents().get(0)).spec();
    assertThat(spec.policy().metadata().always()).isTrue();
    assertThat(spec.mounts().get(0).options()).isEmpty();
    assertThatThrownBy(() -> parse(text.replace("ALWAYS", "SOMETIMES")))
        .hasMessageContaining("spec.sharedOptions")
        .hasMessageContaining("metaPolicy");
  }

  @Test
  void mistakesAreNamedWithFileLineAndField() {
    record Mistake(String kind, String spec, String message) {}
    for (Mistake mistake :
        List.of(
            new Mistake("Dataset", "mount: []", "must have the field 'mounts'"),
            new Mistake(
                "Dataset",
                "mounts:\n  - mountPoint: s3://a\n    mountpath: /",
                "file.yaml:8: spec.mounts[0].mountpath is unknown; known fields: encryptOptions,"
                    + " mountPoint, name, options, path, readOnly, shared"),
            new Mistake(
                "Dataset", "mounts:\n  - mountPoint: ftp://a\n", "no under-store for scheme 'ftp'"),
            new Mistake(
                "Dataset",
                "mounts:\n  - mountPoint: s3://a\n    path: /a/../b\n",
                "'.' and '..' segments are not allowed"),
            new Mistake(
                "Dataset",
                "mounts: [{mountPoint: 's3://a', path: /}, {mountPoint: 's3://b', path: /}]",
                "two mounts"),
            new Mistake("Dataset", "mounts: yes", "spec.mounts must be a list"),
            new Mistake(
                "Dataset",
                """
                mounts:
                  - mountPoint: s3://a
                    encryptOptions:
                      - name: x
                        valueFrom: {secretKeyRef: {name: ../up, key: k}}
                """,
                "are not valid names of a secret"),
            new Mistake(
                "JindoRuntime",
                "tieredstore:\n  levels:\n    - {mediumtype: RAM, path: /x, quota: 1Gi}",
                "file.yaml:8: spec.tieredstore.levels[0].mediumtype is wrong"),
            new Mistake(
                "JindoRuntime",
                "tieredstore:\n  levels:\n    - {mediumtype: MEM, path: /x, quota: 1Gx}",
                "'1Gx' is not an amount of data"),
            new Mistake(
                "JindoRuntime",
                "tieredstore:\n  levels:\n    - {mediumtype: MEM, path: '/x,/y', quotaList: 1Gi}",
                "has 1 quotas for 2 paths"),
            new Mistake("JindoRuntime", "replicas: 0", "use a whole number of at least 1"),
            new Mistake(
                "DataLoad", "dataset: {name: d}\npolicy: Daily", "use Once, Cron or OnEvent"),
            new Mistake(
                "DataLoad", "dataset: {name: d}\npolicy: Cron", "must have the field 'schedule'"),
            new Mistake(
                "DataLoad",
                "dataset: {name: d}\npolicy: Cron\nschedule: '0 25 * * *'",
                "is not a schedule"),
            new Mistake(
                "DataLoad",
                "dataset: {name: d}\nrunAfter: {kind: DataMigrate, name: m}",
                "can only wait for a DataLoad"),
            new Mistake("Pod", "x: y", "use Dataset, JindoRuntime"),
            new Mistake("Dataset", "mounts: [", "not valid YAML"))) {
      assertThatThrownBy(() -> parse(document(mistake.kind, mistake.spec)))
          .as(mistake.spec)
          .isInstanceOf(SpecException.class)
          .hasMessageStartingWith("file.yaml:")
          .hasMessageContaining(mistake.message);
    }
    assertThatThrownBy(() -> parse("")).hasMessageContaining("no document");
    assertThatThrownBy(() -> parse("apiVersion: v1\nkind: Dataset"))
        .hasMessageContaining("use data.fluid.io/v1alpha1");
  }

  @Test
  void aReferenceToAnotherDataSetStandsAloneAndIsReadOnly() {
    String mount = "mounts:\n  - mountPoint: dataset://default/whole/a/b\n    name: any\n";
    DataSetSpec spec = dataSet(mount + "accessModes: [ReadWriteMany]\n");
    assertThat(DataSetReference.of(spec)).contains(new DataSetReference("whole", "a/b"));
    assertThat(spec.mounts().get(0).readOnly()).isTrue();
    assertThatThrownBy(() -> dataSet(mount + "  - mountPoint: s3://a\n    path: /x\n"))
        .hasMessageContaining("spec.mounts must have exactly one entry");
    assertThatThrownBy(() -> dataSet("mounts: [{mountPoint: 'dataset://whole'}]"))
        .hasMessageContaining("dataset://default/images/train; got dataset://whole");
    assertThatThrownBy(() -> dataSet("mounts: [{mountPoint: 'dataset://n/whole/../x'}]"))
        .hasMessageContaining("'..' segments");
  }

  @Test
  void aVolumeClaimIsTheDirectoryWhereKubernetesMountsIt(@TempDir Path claims) throws IOException {
    Files.createDirectory(claims.resolve("images"));
    String text = document("Dataset", "mounts: [{mountPoint: 'pvc://images/train/'}]");
    Manifests manifests = Manifests.parse("file.yaml", text, List.of(), claims);
    DataSetSpec spec = ((Manifest.DataSet) manifests.documents().get(0)).spec();
    assertThat(spec.mounts().get(0).root().getPath()).isEqualTo(claims + "/images/train");
    assertThatThrownBy(() -> parse(text))
        .hasMessageContaining("mounts[0].mountPoint is wrong: pvc://images/train")
        .hasMessageContaining("mount it in the server's pod at /pvc/images")
        .hasMessageContaining("local:///mnt/images");
  }

  @Test
  void whatIsLeftToBeFilledInIsSaid() {
    assertThatThrownBy(() -> dataSet("mounts: [{mountPoint: 'oss://<OSS_BUCKET>/<DIRECTORY>/'}]"))
        .hasMessageContaining(
            "spec.mounts[0].mountPoint is wrong: '<OSS_BUCKET>' in oss://<OSS_BUCKET>/<DIRECTORY>/"
                + " is a placeholder; replace it with your value");
    assertThatThrownBy(
            () ->
                dataSet("mounts: [{mountPoint: 's3://a', options: {fs.s3a.endpoint: <ENDPOINT>}}]"))
        .hasMessageContaining("options has a placeholder for 'fs.s3a.endpoint'");
  }

  /** A data set and its keys in one file, the keys last. */
  private static final String WITH_SECRET =
      document(
              "Dataset",
              """
              mounts:
                - mountPoint: s3://one
                  path: /
                  encryptOptions:
                    - name: fs.s3a.access.key
                      valueFrom: {secretKeyRef: {name: keys, key: id}}
                    - name: fs.s3a.secret.key
                      valueFrom: {secretKeyRef: {name: keys, key: secret}}
              """)
          + """
          ---
          apiVersion: v1
          kind: Secret
          metadata:
            name: keys
            namespace: default
          type: Opaque
          data:
            id: c29tZW9uZQ==
            secret: bm90IHRoaXM=
          stringData:
            secret: "hush hush"
          """;

  @Test
  void aSecretInTheFileIsWhereItsReferencesFindTheirValues() throws IOException {
    Manifests manifests = parse(WITH_SECRET);
    assertThat(manifests.documents()).hasSize(2);
    DataSetSpec spec =
        manifests.documents().stream()
            .filter(Manifest.DataSet.class::isInstance)
            .map(manifest -> ((Manifest.DataSet) manifest).spec())
            .findAny()
            .orElseThrow();
    Map<String, SecretRef> secrets = spec.mounts().get(0).secrets();
    assertThat(secrets.get("fs.s3a.access.key").read()).isEqualTo("someone");
    assertThat(secrets.get("fs.s3a.secret.key").read()).isEqualTo("hush hush");
    assertThat(manifests + " " + spec).contains("keys/secret").doesNotContain("hush", "someone");
    assertThatThrownBy(() -> parse(WITH_SECRET.replace("key: secret", "key: pass")))
        .hasMessageContaining("encryptOptions[1].valueFrom.secretKeyRef names the key 'pass'")
        .hasMessageContaining("Secret/keys with [id, secret]")
        .hasMessageNotContaining("hush");
    assertThatThrownBy(() -> parse(WITH_SECRET.replace("bm90IHRoaXM=", "/w==")))
        .hasMessageContaining("data must have base64 values of UTF-8 text")
        .hasMessageNotContaining("/w==");
    assertThatThrownBy(() -> parse(WITH_SECRET.replace("\"hush hush\"", "{hush: hush}")))
        .hasMessageContaining("stringData.secret must be a plain value")
        .hasMessageNotContaining("hush");
  }

  @Test
  void whatIsOfOtherProgramsIsSkippedAndSaid() {
    String others =
        """
        # keys come elsewhere
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: script}
        data: {run: echo}
        ---
        apiVersion: data.fluid.io/v1alpha1
        kind: ThinRuntimeProfile
        metadata: {name: nfs}
        spec: {fileSystemType: nfs}
        ---
        """;
    Manifests manifests =
        parse(others + document("Dataset", "mounts: [{mountPoint: 's3://a'}]") + "---\n# end\n");
    assertThat(manifests.documents()).hasSize(1);
    assertThat(manifests.warnings())
        .containsExactly(
            "file.yaml:3: the document ConfigMap/script (v1) is skipped: Forebay reads"
                + " data.fluid.io/v1alpha1 and Secrets of v1",
            "file.yaml:8: the document ThinRuntimeProfile/nfs (data.fluid.io/v1alpha1) is skipped:"
                + " it configures another product for Fluid");
    assertThatThrownBy(() -> parse(others))
        .isInstanceOf(SpecException.class)
        .hasMessageContaining("has no document for Forebay")
        .hasMessageContaining("ConfigMap/script");
    assertThatThrownBy(() -> parse("---\n# nothing\n---\n")).hasMessageContaining("no document");
    assertThatThrownBy(
            () -> parse(document("Dataset", "mounts: []").replace("v1alpha1", "v1aplha1")))
        .hasMessageContaining("is 'data.fluid.io/v1aplha1'; use data.fluid.io/v1alpha1");
  }

  @Test
  void aFieldIsKnownWhateverStandsBesideIt() {
    for (String modes :
        List.of("", "accessModes: [ReadOnlyMany]\n", "accessModes: [ReadWriteMany]\n")) {
      for (String readOnly : List.of("true", "false")) {
        String mount = "mounts: [{mountPoint: 's3://a', readOnly: " + readOnly + "}]\n";
        assertThat(dataSet(mount + modes).mounts().get(0).readOnly())
            .isEqualTo(!modes.contains("Write") || readOnly.equals("true"));
      }
    }
    assertThatThrownBy(() -> dataSet("mounts: [{mountPoint: 's3://a', readOnly: maybe}]"))
        .hasMessageContaining("readOnly is 'maybe'; use true or false");
  }

  @Test
  void schedulesAreUnixCron() {
    ZonedDateTime evening = ZonedDateTime.parse("2026-03-01T22:00:00Z");
    assertThat(Schedule.parse("30 2 * * *").next(evening))
        .contains(ZonedDateTime.parse("2026-03-02T02:30:00Z"));
  }
}
