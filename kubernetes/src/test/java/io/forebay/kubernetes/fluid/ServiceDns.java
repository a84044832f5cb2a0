package io.forebay.kubernetes.fluid;

import io.fabric8.kubernetes.api.model.Pod;
import io.forebay.kubernetes.cluster.Cluster;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Arrays;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * What a cluster's DNS says of a headless service that also names pods that are not ready: the
 * addresses of its pods. Each name is that of the one service.
 */
final class ServiceDns implements AutoCloseable {

  private static final int TTL_SECONDS = 1;

  private final Cluster cluster;
  private final String namespace;
  private final String label;
  private final String value;
  private final DatagramSocket socket;

  /**
   * @param label of the service's pods
   */
  ServiceDns(Cluster cluster, String namespace, String label, String value) throws IOException {
    this.cluster = cluster;
    this.namespace = namespace;
    this.label = label;
    this.value = value;
    socket = new DatagramSocket(0, InetAddress.getByName(cluster.outside()));
    Thread.ofPlatform().daemon().name("service-dns").start(this::answer);
  }

  String address() {
    return cluster.outside() + ":" + socket.getLocalPort();
  }

  private void answer() {
    byte[] buffer = new byte[512];
    while (!socket.isClosed()) {
      try {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        socket.receive(packet);
        byte[] wire = answer(new Message(Arrays.copyOf(buffer, packet.getLength()))).toWire();
        socket.send(new DatagramPacket(wire, wire.length, packet.getSocketAddress()));
      } catch (IOException | RuntimeException e) {
        // It is closed, or the question is asked again.
      }
    }
  }

  private Message answer(Message query) throws IOException {
    Record question = query.getQuestion();
    Message answer = new Message(query.getHeader().getID());
    answer.getHeader().setFlag(Flags.QR);
    answer.getHeader().setFlag(Flags.RA);
    answer.addRecord(question, Section.QUESTION);
    if (question.getType() == Type.A) {
      for (Pod pod :
          cluster
              .client()
              .pods()
              .inNamespace(namespace)
              .withLabel(label, value)
              .list()
              .getItems()) {
        String address = pod.getStatus().getPodIP();
        if (address != null) {
          answer.addRecord(
              new ARecord(
                  question.getName(), DClass.IN, TTL_SECONDS, InetAddress.getByName(address)),
              Section.ANSWER);
        }
      }
    }
    answer.getHeader().setRcode(Rcode.NOERROR);
    return answer;
  }

  @Override
  public void close() {
    socket.close();
  }
}
