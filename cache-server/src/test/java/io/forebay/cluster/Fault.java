package io.forebay.cluster;

import io.forebay.server.Command;
import java.util.List;

/** What can happen to a cluster, most of it to one server. */
enum Fault {
  KILLED {
    @Override
    Ending begin(Cluster cluster, Server server) throws Exception {
      server.kill();
      return () -> cluster.start(List.of(server));
    }
  },
  RESTARTED {
    @Override
    Ending begin(Cluster cluster, Server server) throws Exception {
      server.stop();
      cluster.start(List.of(server));
      return () -> {};
    }
  },
  PAUSED {
    @Override
    Ending begin(Cluster cluster, Server server) throws Exception {
      server.pause();
      return server::resume;
    }
  },
  /** All packets are dropped. */
  CUT {
    @Override
    Ending begin(Cluster cluster, Server server) throws Exception {
      server.host().dropIncoming();
      server.host().dropOutgoing();
      return server.host()::heal;
    }
  },
  DEAF {
    @Override
    Ending begin(Cluster cluster, Server server) throws Exception {
      server.host().dropIncoming();
      return server.host()::heal;
    }
  },
  MUTE {
    @Override
    Ending begin(Cluster cluster, Server server) throws Exception {
      server.host().dropOutgoing();
      return server.host()::heal;
    }
  },
  /** All packets are answered with a reset. */
  REFUSED {
    @Override
    Ending begin(Cluster cluster, Server server) throws Exception {
      server.host().reject();
      return server.host()::heal;
    }
  },
  /** One packet in twenty is lost. */
  LOSSY {
    @Override
    Ending begin(Cluster cluster, Server server) throws Exception {
      server.host().lose(0.05);
      return server.host()::heal;
    }
  },
  /** A link of 10 MB/s. */
  NARROW {
    @Override
    Ending begin(Cluster cluster, Server server) throws Exception {
      server.host().limit(10);
      return server.host()::heal;
    }
  },
  /** 200 ms each way. */
  DISTANT {
    @Override
    Ending begin(Cluster cluster, Server server) throws Exception {
      int port = Server.PORT + 1;
      Conversation relay =
          new Conversation(
              server
                  .host()
                  .on(
                      Command.java(
                          Relay.class,
                          server.host().address(),
                          String.valueOf(port),
                          String.valueOf(Server.PORT),
                          "200")));
      server.host().redirect(Server.PORT, port);
      return () -> {
        server.host().heal();
        relay.close();
      };
    }
  },
  /** No member any more, but running. */
  REMOVED {
    @Override
    Ending begin(Cluster cluster, Server server) throws Exception {
      cluster.setMembers(cluster.servers().stream().filter(each -> each != server).toList());
      return () -> cluster.setMembers(cluster.servers());
    }
  },
  DRAINED {
    @Override
    Ending begin(Cluster cluster, Server server) throws Exception {
      Cluster.write(
          cluster.members(),
          cluster.servers().stream()
              .map(each -> each.member() + (each == server ? " state=draining" : ""))
              .toArray(String[]::new));
      return () -> cluster.setMembers(cluster.servers());
    }
  },
  ALL_KILLED {
    @Override
    Ending begin(Cluster cluster, Server server) throws Exception {
      for (Server each : cluster.servers()) {
        each.kill();
      }
      return () -> cluster.start(cluster.servers());
    }
  },
  /** The under-store is cut off. */
  STORE_CUT {
    @Override
    Ending begin(Cluster cluster, Server server) throws Exception {
      cluster.store().dropIncoming();
      cluster.store().dropOutgoing();
      return cluster.store()::heal;
    }
  };

  /** Ends a fault. */
  interface Ending {
    void end() throws Exception;
  }

  abstract Ending begin(Cluster cluster, Server server) throws Exception;
}
