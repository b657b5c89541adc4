package io.github.suback;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;

/** As much of MQTT 3.1.1 as these tests need, so that they bring no client. */
final class Device implements AutoCloseable {
  private final Socket socket;
  private final DataInputStream in;

  private Device(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(socket.getInputStream());
    socket.setSoTimeout(30_000);
  }

  static Device connect(int port, String id, String password) throws IOException {
    Device device = new Device(new Socket("127.0.0.1", port));
    device.send(0x10, out -> {
      out.writeUTF("MQTT");
      out.write(new byte[] {4, (byte) 0xC2, 0, 60}); // level, user name and password and clean session, keep alive
      out.writeUTF(id);
      out.writeUTF("me");
      out.writeUTF(password);
    });
    try {
      device.expect(0x20);
    } catch (IOException e) {
      device.close();
      throw e;
    }
    return device;
  }

  void subscribe(String filter) throws IOException {
    send(0x82, out -> {
      out.writeShort(1);
      out.writeUTF(filter);
      out.write(1);
    });
    expect(0x90);
  }

  void publish(String topic, String payload) throws IOException {
    send(0x32, out -> {
      out.writeUTF(topic);
      out.writeShort(1);
      out.writeBytes(payload);
    });
    expect(0x40);
  }

  /** Waits until the gateway has ended the connection. */
  void awaitEnd() throws IOException {
    if (in.read() >= 0) {
      throw new IOException("got a packet, want the end");
    }
  }

  private interface Body {
    void write(DataOutputStream out) throws IOException;
  }

  private void send(int type, Body body) throws IOException {
    ByteArrayOutputStream packet = new ByteArrayOutputStream();
    body.write(new DataOutputStream(packet));
    socket.getOutputStream().write(new byte[] {(byte) type, (byte) packet.size()}); // each is below 128 bytes
    packet.writeTo(socket.getOutputStream());
  }

  private void expect(int type) throws IOException {
    int got = in.read();
    if (got < 0) {
      throw new EOFException();
    }
    in.readNBytes(in.read());
    if (got != type) {
      throw new IOException(String.format("got packet %#x, want %#x", got, type));
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
