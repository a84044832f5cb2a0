package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.Forebay;
import io.forebay.control.CacheControl;
import io.forebay.file.FileVersion;
import io.forebay.placement.Member;
import io.forebay.placement.Placement;
import io.forebay.placement.View;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Servers join, drain, leave, stop and start, and each server and client hears of it late or never.
 * The model is a map of paths to bytes, and of each client the view that it was told last: reads
 * return the files' bytes, names are the files' names, and owners are those of the client's view.
 */
class MembershipModelTest {

  private static final int SERVERS = 4;
  private static final int CLIENTS = 2;
  private static final int FILES = 12;

  enum Kind {
    JOIN,
    DRAIN,
    LEAVE,
    STOP,
    START,
    TELL_SERVER,
    TELL_CLIENT,
    READ,
    LIST
  }

  /**
   * @param who a server or a client
   */
  record Step(Kind kind, int who, int file) {}

  private static Path directory;
  private static Nodes nodes;

  @BeforeContainer
  static void start() throws IOException {
    directory = Files.createTempDirectory("members-model");
    for (int i = 0; i < SERVERS; i++) {
      ToldMembershipProvider.tell("server-" + i, new View(List.of()));
    }
    nodes = Nodes.told(directory, SERVERS);
    for (int i = 0; i < FILES; i++) {
      nodes.add("dir" + i % 3 + "/file-" + i, i % 4 == 0 ? 300_000 : 3_000 + i);
    }
  }

  @AfterContainer
  static void stop() throws IOException {
    nodes.close();
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : (Iterable<Path>) tree.sorted(Comparator.reverseOrder())::iterator) {
        Files.delete(path);
      }
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.of(Kind.READ, Kind.TELL_SERVER, Kind.TELL_CLIENT)),
                Tuple.of(2, Arbitraries.of(Kind.class))),
            Arbitraries.integers().between(0, SERVERS - 1),
            Arbitraries.integers().between(0, FILES - 1))
        .as(Step::new)
        .list()
        .ofMaxSize(40);
  }

  @Property(tries = 100)
  void readersReadRightWhateverTheyKnow(@ForAll("steps") List<Step> steps) throws IOException {
    run(steps);
  }

  @Tag("long")
  @Property(tries = 1000)
  void readersReadRightWhateverTheyKnowForLong(@ForAll("steps") List<Step> steps)
      throws IOException {
    run(steps);
  }

  private static void run(List<Step> steps) throws IOException {
    try (Run run = new Run()) {
      for (Step step : steps) {
        run.step(step);
      }
      for (int client = 0; client < CLIENTS; client++) {
        for (String path : nodes.paths()) {
          run.read(client, path);
        }
        run.list(client);
      }
    }
  }

  /** The cluster, and what the model knows of it. */
  private static final class Run implements AutoCloseable {

    private final Map<String, Member> members = new TreeMap<>();
    private final Map<Integer, View> known = new HashMap<>();
    private final List<Forebay> clients = new ArrayList<>();

    Run() throws IOException {
      join(0);
      join(1);
      for (int server = 0; server < SERVERS; server++) {
        start(server);
        ToldMembershipProvider.tell("server-" + server, view());
      }
      for (int client = 0; client < CLIENTS; client++) {
        tellClient(client);
        Forebay.Builder builder =
            Forebay.builder().servers(ToldMembershipProvider.source("client-" + client));
        nodes.ossOptions().forEach(builder::option);
        clients.add(builder.open());
      }
    }

    private View view() {
      return new View(List.copyOf(members.values()));
    }

    private void join(int server) {
      members.put("server-" + server, Member.parse(nodes.member(server)));
    }

    private void start(int server) throws IOException {
      if (nodes.server(server) == null) {
        nodes.start(server);
      }
    }

    private void tellClient(int client) {
      known.put(client, view());
      ToldMembershipProvider.tell("client-" + client, view());
    }

    void step(Step step) throws IOException {
      int client = step.who % CLIENTS;
      String path = nodes.paths().get(step.file);
      switch (step.kind) {
        case JOIN -> join(step.who);
        case DRAIN ->
            members.computeIfPresent(
                "server-" + step.who,
                (name, member) -> Member.parse(nodes.member(step.who) + " state=draining"));
        case LEAVE -> members.remove("server-" + step.who);
        case STOP -> {
          if (nodes.server(step.who) != null) {
            nodes.stop(step.who);
          }
        }
        case START -> start(step.who);
        case TELL_SERVER -> ToldMembershipProvider.tell("server-" + step.who, view());
        case TELL_CLIENT -> tellClient(client);
        case READ -> read(client, path);
        case LIST -> list(client);
      }
    }

    private DataSet data(int client) throws IOException {
      // By its root, which is known without a server.
      return clients.get(client).dataSet(nodes.root());
    }

    void read(int client, String path) throws IOException {
      DataSet data = data(client);
      assertThat(Nodes.bytes(data.read(path))).as(path).isEqualTo(nodes.files().get(path));
      FileStatus status = data.stat(path);
      List<String> owners = CacheControl.of(data).place(status).owners();
      List<String> ranked =
          Placement.of(known.get(client)).rank(FileVersion.of(data.name(), status).id(), 0).stream()
              .map(Member::name)
              .toList();
      assertThat(owners.isEmpty()).isEqualTo(ranked.isEmpty());
      assertThat(owners).isEqualTo(ranked.subList(0, owners.size()));
    }

    void list(int client) throws IOException {
      List<String> names = new ArrayList<>();
      for (FileStatus file : data(client).walk("")) {
        names.add(file.path());
      }
      assertThat(names).containsExactlyInAnyOrderElementsOf(nodes.paths());
    }

    @Override
    public void close() throws IOException {
      for (Forebay client : clients) {
        client.close();
      }
    }
  }
}
