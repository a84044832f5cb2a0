package io.forebay.server;

import static io.forebay.server.Cli.run;
import static io.forebay.server.SecuredServer.requireReads;
import static io.forebay.server.SecuredServer.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.Forebay;
import io.forebay.server.access.Grant;
import io.forebay.server.access.Role;
import io.forebay.server.access.TokenKey;
import io.forebay.spec.SnapshotTolerance;
import io.forebay.wire.Access;
import io.forebay.wire.Address;
import io.forebay.wire.ServerClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that asks TCP clients for tokens. */
@Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TokensTest {

  @TempDir private Path directory;
  private Path keyFile;
  private SecuredServer server;

  @BeforeEach
  void start() throws Exception {
    keyFile = directory.resolve("tokens.key");
    run(0, "token", "--new-key", keyFile.toString());
    server = new SecuredServer(directory, "tokens.key = " + keyFile);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private Path token(String... options) throws IOException {
    Path file = Files.createTempFile(directory, "a", ".token");
    String[] command = new String[5 + options.length];
    System.arraycopy(
        new String[] {"token", "--key", keyFile.toString(), "--out", file.toString()},
        0,
        command,
        0,
        5);
    System.arraycopy(options, 0, command, 5, options.length);
    run(0, command);
    return file;
  }

  private ServerClient client(Optional<String> token) {
    String[] address = server.server().address().split(":", -1);
    return new ServerClient(
        new Address.Tcp(address[0], Integer.parseInt(address[1])),
        new Access(Optional.empty(), token.map(t -> () -> t)),
        Duration.ofMinutes(1));
  }

  @Test
  void aTokenOpensItsDataSetsAndNoOthers() throws Exception {
    try (Forebay client = server.elsewhere().token(token("--data-set", "a")).open()) {
      requireReads(client, "a");
      assertThatThrownBy(() -> client.dataSet("b"))
          .isInstanceOf(AccessDeniedException.class)
          .hasMessageContaining("is for [a]; ask the server's operator")
          .hasMessageContaining("--data-set b");
    }
    try (Forebay client = server.elsewhere().token(token("--all")).open()) {
      requireReads(client, "a");
      requireReads(client, "b");
    }
  }

  @Test
  void aDataSetCalledByItsRootNeedsTheSameToken() throws Exception {
    Files.createDirectories(directory.resolve("root-a"));
    String root = directory.resolve("root-a").toUri().toString();
    try (ServerClient allowed = client(Optional.of(Files.readString(token("--data-set", "a"))));
        ServerClient refused = client(Optional.of(Files.readString(token("--data-set", "b"))))) {
      assertThat(allowed.open(root).name()).isEqualTo("a");
      assertThatThrownBy(() -> refused.open(root)).isInstanceOf(AccessDeniedException.class);
      assertThatThrownBy(() -> refused.stat(root, "small"))
          .isInstanceOf(AccessDeniedException.class);
    }
  }

  @Test
  void withoutATokenNothingIsServedOverTcp() throws Exception {
    try (ServerClient client = client(Optional.empty())) {
      assertThatThrownBy(() -> client.open("a"))
          .isInstanceOf(AccessDeniedException.class)
          .hasMessageContaining("this server asks for a token")
          .hasMessageContaining("FOREBAY_TOKEN_FILE");
      assertThatThrownBy(() -> client.list("a", "")).isInstanceOf(AccessDeniedException.class);
      assertThatThrownBy(() -> client.used(List.of())).isInstanceOf(AccessDeniedException.class);
      assertThat(client.isDown()).as("a refusal is no failure of the server").isFalse();
    }
  }

  @Test
  void aTokenOfAnotherKeyIsRefusedAndNotQuoted() throws Exception {
    Path other = directory.resolve("other.key");
    TokenKey.create(other);
    String foreign =
        new TokenKey(other)
            .sign(new Grant("x", List.of("a"), Role.READ, Instant.now().plusSeconds(60)));
    for (String token : List.of(foreign, "no token at all", foreign + "x", "")) {
      try (ServerClient client = client(Optional.of(token))) {
        assertThatThrownBy(() -> client.open("a"))
            .isInstanceOf(AccessDeniedException.class)
            .hasMessageContaining("not valid")
            .satisfies(
                e -> assertThat(token.isEmpty() || !e.getMessage().contains(token)).isTrue());
      }
    }
  }

  @Test
  void anExpiredTokenIsRefusedWithTheTimeAndWhatToDo() throws Exception {
    Instant past = Instant.parse("2026-01-31T14:25:36Z");
    String expired = new TokenKey(keyFile).sign(new Grant("alice", List.of("a"), Role.READ, past));
    try (ServerClient client = client(Optional.of(expired))) {
      assertThatThrownBy(() -> client.open("a"))
          .isInstanceOf(AccessDeniedException.class)
          .hasMessageContaining("the token of 'alice' expired at " + past)
          .hasMessageContaining("forebay token --key FILE");
    }
  }

  @Test
  void aConnectionEndsToServeWhenItsTokenExpires() throws Exception {
    Instant soon = Instant.now().plusSeconds(3);
    String token = new TokenKey(keyFile).sign(new Grant("x", List.of("a"), Role.READ, soon));
    try (ServerClient client = client(Optional.of(token))) {
      await()
          .atMost(ONE_MINUTE)
          .untilAsserted(
              () ->
                  assertThatThrownBy(() -> client.stat("a", "small"))
                      .hasMessageContaining("expired at"));
    }
  }

  @Test
  void aReplacedTokenFileIsUsedByAClientThatIsOpen() throws Exception {
    Path file = token("--data-set", "a");
    try (Forebay client = server.elsewhere().token(file).open()) {
      assertThat(text(client, "a")).isEqualTo("content of a");
      Files.move(token("--data-set", "b"), file, StandardCopyOption.ATOMIC_MOVE);
      await()
          .atMost(ONE_MINUTE)
          .ignoreExceptions()
          .until(() -> text(client, "b").equals("content of b"));
    }
  }

  @Test
  void aNewKeySignsWhileTokensOfTheFormerOneAreValid() throws Exception {
    String before = Files.readString(token("--data-set", "a"));
    Path newKey = directory.resolve("new.key");
    TokenKey.create(newKey);
    Files.writeString(keyFile, Files.readString(newKey) + Files.readString(keyFile));
    String after = Files.readString(token("--data-set", "a"));
    for (String token : List.of(before, after)) {
      await()
          .atMost(ONE_MINUTE)
          .ignoreExceptions()
          .untilAsserted(
              () -> {
                try (ServerClient client = client(Optional.of(token.strip()))) {
                  assertThat(client.open("a").name()).isEqualTo("a");
                }
              });
    }
  }

  @Test
  void onlyOperatorsLoadAndChangeSnapshots() throws Exception {
    try (ServerClient reader =
            client(Optional.of(Files.readString(token("--data-set", "a")).strip()));
        ServerClient operator =
            client(
                Optional.of(
                    Files.readString(token("--data-set", "a", "--role", "operate")).strip()))) {
      assertThatThrownBy(
              () -> reader.snapshot("a", Duration.ZERO, SnapshotTolerance.DEFAULT, found -> {}))
          .isInstanceOf(AccessDeniedException.class)
          .hasMessageContaining("has the role read, and this needs operate");
      assertThatThrownBy(() -> reader.load("a", List.of(), (item, e) -> {}))
          .isInstanceOf(AccessDeniedException.class);
      operator.load("a", List.of(), (item, e) -> {});
      assertThat(operator.snapshot("a", Duration.ZERO, SnapshotTolerance.DEFAULT, found -> {}))
          .isNotEmpty();
    }
  }

  @Test
  void processesOfTheNodeNeedNoToken() throws Exception {
    try (Forebay client = Forebay.connect(server.node())) {
      assertThat(text(client, "a")).isEqualTo("content of a");
    }
  }

  private int status(String method, String path, Path token) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://" + server.server().adminAddress() + path))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (token != null) {
      request.header("Authorization", "Bearer " + Files.readString(token).strip());
    }
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    }
  }

  @Test
  void tokensPermitOverHttpWhatTheirRoleAndDataSetsSay() throws Exception {
    Path reader = token("--data-set", "a");
    Path operator = token("--data-set", "a", "--role", "operate");
    Path everything = token("--all", "--role", "operate");
    assertThat(status("GET", "/healthz", null)).isEqualTo(200);
    assertThat(status("GET", "/status", null)).isEqualTo(403);
    assertThat(status("GET", "/status", reader)).isEqualTo(403);
    assertThat(status("GET", "/metrics", everything)).isEqualTo(200);
    assertThat(status("GET", "/snapshots?dataset=a", reader)).isEqualTo(200);
    assertThat(status("GET", "/snapshots?dataset=b", reader)).isEqualTo(403);
    assertThat(status("POST", "/pin?dataset=a", reader)).isEqualTo(403);
    assertThat(status("POST", "/pin?dataset=a", operator)).isEqualTo(200);
    assertThat(status("POST", "/pin?dataset=b", operator)).isEqualTo(403);
    assertThat(status("POST", "/scrub", operator)).isEqualTo(403);
    assertThat(status("POST", "/scrub", everything)).isEqualTo(200);
    assertThat(status("POST", "/drop?dataset=a", everything))
        .as("only the server's owner adds and removes data sets")
        .isEqualTo(403);
  }

  @Test
  void commandsShowTheTokenOfAFile() throws Exception {
    String reader = token("--data-set", "a").toString();
    String address = server.server().address();
    assertThat(run(0, "ls", "--server", address, "--token", reader, "a")).contains("small");
    assertThat(run(1, "ls", "--server", address, "a")).contains("asks for a token");
    String operator = token("--all", "--role", "operate").toString();
    assertThat(run(0, "status", "--admin", server.server().adminAddress(), "--token", operator))
        .contains("TIER");
  }
}
