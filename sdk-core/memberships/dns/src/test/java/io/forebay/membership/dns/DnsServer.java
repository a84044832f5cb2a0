package io.forebay.membership.dns;

import io.forebay.samples.oss.OwnAddresses;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/** Answers over UDP, and over TCP what is too long for it. */
final class DnsServer implements AutoCloseable {

  /** Without EDNS (RFC 1035, 4.2.1). */
  private static final int MAX_DATAGRAM = 512;

  private final String host = OwnAddresses.host();
  private final int port = OwnAddresses.nextPort();
  private final DatagramSocket udp;
  private final ServerSocket tcp;
  private final AtomicInteger questions = new AtomicInteger();
  private final AtomicInteger connections = new AtomicInteger();
  private volatile List<Record> records = List.of();
  private volatile int failure = Rcode.NOERROR;

  DnsServer() throws IOException {
    udp = new DatagramSocket(port, InetAddress.getByName(host));
    tcp = new ServerSocket(port, 50, InetAddress.getByName(host));
    start(this::answerDatagrams);
    start(this::answerConnections);
  }

  String address() {
    return host + ":" + port;
  }

  /** Has these records from now on. */
  void serve(List<Record> others) {
    records = others;
  }

  /** Answers with an error from now on, or with none. */
  void fail(int rcode) {
    failure = rcode;
  }

  int questions() {
    return questions.get();
  }

  int connections() {
    return connections.get();
  }

  private Message answer(byte[] wire) throws IOException {
    questions.incrementAndGet();
    Message query = new Message(wire);
    Record question = query.getQuestion();
    List<Record> present = records;
    Message answer = new Message(query.getHeader().getID());
    Header header = answer.getHeader();
    header.setFlag(Flags.QR);
    header.setFlag(Flags.RA);
    answer.addRecord(question, Section.QUESTION);
    header.setRcode(failure);
    if (failure == Rcode.NOERROR) {
      if (present.stream().noneMatch(r -> r.getName().equals(question.getName()))) {
        header.setRcode(Rcode.NXDOMAIN);
      }
      present.stream()
          .filter(r -> r.getName().equals(question.getName()) && r.getType() == question.getType())
          .forEach(r -> answer.addRecord(r, Section.ANSWER));
    }
    return answer;
  }

  private void answerDatagrams() throws IOException {
    byte[] buffer = new byte[65_535];
    while (true) {
      DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
      udp.receive(packet);
      Message answer = answer(Arrays.copyOf(buffer, packet.getLength()));
      byte[] wire = answer.toWire();
      if (wire.length > MAX_DATAGRAM) {
        answer.removeAllRecords(Section.ANSWER);
        answer.getHeader().setFlag(Flags.TC);
        wire = answer.toWire();
      }
      udp.send(new DatagramPacket(wire, wire.length, packet.getSocketAddress()));
    }
  }

  private void answerConnections() throws IOException {
    while (true) {
      Socket socket = tcp.accept();
      connections.incrementAndGet();
      start(() -> answerConnection(socket));
    }
  }

  private void answerConnection(Socket socket) throws IOException {
    try (socket) {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      while (true) {
        byte[] query = in.readNBytes(in.readUnsignedShort());
        byte[] wire = answer(query).toWire();
        out.writeShort(wire.length);
        out.write(wire);
        out.flush();
      }
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void start(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // It is closed, or the one who asked has left.
              }
            },
            "dns-server");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    udp.close();
    tcp.close();
  }
}
