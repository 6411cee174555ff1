using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ClerkSync.Emulator.Relay;

/// <summary>What a frame of a WebSocket holds.</summary>
internal enum FrameKind
{
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

/// <summary>
/// The server's side of a WebSocket, frame by frame: pings, pongs, close codes and what breaks the rules are in the hands of whoever uses it, which the
/// platform's own WebSocket does not allow.
/// </summary>
internal sealed class FramedSocket(Stream stream) : IDisposable
{
    private const int LongestMessage = 64 * 1024 * 1024;

    private readonly SemaphoreSlim _writing = new(1);
    private readonly MemoryStream _message = new();
    private FrameKind? _kind;

    /// <summary>The answer to the key of an upgrade.</summary>
    public static string AcceptKey(string key)
    {
#pragma warning disable CA5350 // the protocol says so, and it protects nothing
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
    }

    /// <summary>The next message or control frame.</summary>
    /// <exception cref="IOException">The connection ended, or the client breaks the rules.</exception>
    public async Task<(FrameKind Kind, byte[] Payload)> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var (isLast, frame, payload) = await ReadFrameAsync(cancellationToken).ConfigureAwait(false);
            if (frame >= FrameKind.Close)
                return (frame, payload);    // it may come between the parts of a message
            _kind ??= frame;
            _message.Write(payload);
            if (_message.Length > LongestMessage)
                throw new IOException("The message is too long.");
            if (!isLast)
                continue;
            var whole = (_kind.Value, _message.ToArray());
            (_kind, _message.Position) = (null, 0);
            _message.SetLength(0);
            return whole;
        }
    }

    public async Task WriteAsync(FrameKind kind, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var frame = new byte[10 + payload.Length];
        frame[0] = (byte)(0x80 | (int)kind);
        var length = 2;
        if (payload.Length < 126)
        {
            frame[1] = (byte)payload.Length;
        }
        else if (payload.Length <= ushort.MaxValue)
        {
            frame[1] = 126;
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)payload.Length);
            length = 4;
        }
        else
        {
            frame[1] = 127;
            BinaryPrimitives.WriteUInt64BigEndian(frame.AsSpan(2), (ulong)payload.Length);
            length = 10;
        }

        payload.CopyTo(frame.AsMemory(length));
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await stream.WriteAsync(frame.AsMemory(0, length + payload.Length), cancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    public void Dispose()
    {
        _writing.Dispose();
        _message.Dispose();
    }

    private async Task<(bool IsLast, FrameKind Kind, byte[] Payload)> ReadFrameAsync(CancellationToken cancellationToken)
    {
        var head = new byte[8];
        await stream.ReadExactlyAsync(head.AsMemory(0, 2), cancellationToken).ConfigureAwait(false);
        var (isLast, kind) = ((head[0] & 0x80) != 0, (FrameKind)(head[0] & 0x0F));
        if ((head[0] & 0x70) != 0 || (head[1] & 0x80) == 0)
            throw new IOException("The client broke the rules of WebSocket: an unknown extension, or a frame without mask.");
        ulong length = (ulong)(head[1] & 0x7F);
        if (length == 126)
        {
            await stream.ReadExactlyAsync(head.AsMemory(0, 2), cancellationToken).ConfigureAwait(false);
            length = BinaryPrimitives.ReadUInt16BigEndian(head);
        }
        else if (length == 127)
        {
            await stream.ReadExactlyAsync(head, cancellationToken).ConfigureAwait(false);
            length = BinaryPrimitives.ReadUInt64BigEndian(head);
        }

        if (length > LongestMessage)
            throw new IOException("The frame is too long.");
        var mask = new byte[4];
        await stream.ReadExactlyAsync(mask, cancellationToken).ConfigureAwait(false);
        var payload = new byte[length];
        await stream.ReadExactlyAsync(payload, cancellationToken).ConfigureAwait(false);
        for (var index = 0; index < payload.Length; index++)
            payload[index] ^= mask[index % 4];
        return (isLast, kind, payload);
    }
}
