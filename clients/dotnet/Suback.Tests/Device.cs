using System;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Text;

namespace Suback.Tests
{
    /// <summary>As much of MQTT 3.1.1 as these tests need, so that they bring no client.</summary>
    internal sealed class Device : IDisposable
    {
        private readonly TcpClient client;

        internal Device(int port, string id, string password)
        {
            client = new TcpClient("127.0.0.1", port) { ReceiveTimeout = 30000 };
            // level, user name and password and clean session, keep alive
            Ask(0x10, 0x20, Text("MQTT"), new byte[] { 4, 0xC2, 0, 60 }, Text(id), Text("me"), Text(password));
        }

        internal void Subscribe(string filter)
        {
            Ask(0x82, 0x90, new byte[] { 0, 1 }, Text(filter), new byte[] { 1 });
        }

        internal void Publish(string topic, string payload)
        {
            Ask(0x32, 0x40, Text(topic), new byte[] { 0, 1 }, Encoding.ASCII.GetBytes(payload));
        }

        private static byte[] Text(string text)
        {
            return new byte[] { 0, (byte)text.Length }.Concat(Encoding.ASCII.GetBytes(text)).ToArray();
        }

        private void Ask(byte type, byte want, params byte[][] parts)
        {
            var body = parts.SelectMany(part => part).ToArray();
            var packet = new[] { type, (byte)body.Length }.Concat(body).ToArray();
            client.GetStream().Write(packet, 0, packet.Length);
            var got = client.GetStream().ReadByte();
            for (var left = client.GetStream().ReadByte(); left > 0; left--)
            {
                client.GetStream().ReadByte();
            }
            if (got != want)
            {
                throw new IOException($"got packet {got:x}, want {want:x}");
            }
        }

        public void Dispose()
        {
            client.Dispose();
        }
    }
}
