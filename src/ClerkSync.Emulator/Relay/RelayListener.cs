using System.Buffers.Binary;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace ClerkSync.Emulator.Relay;

/// <summary>One client's connection.</summary>
internal sealed class RelayListener(RelayServer server, EmulatedRelay relay, HttpContext context, FramedSocket socket, TimeProvider time)
{
    private const int PolicyViolation = 1008;

    /// <summary>A client that leaves so many pings unanswered is gone.</summary>
    private const int MostOpenPings = 2;

    private int _openPings;

    public string? Token { get; private set; }

    /// <summary>Ends with the connection.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var (kind, payload) = await socket.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (kind is FrameKind.Text or FrameKind.Binary && RelayProtocol.ReadStart(payload) is { } token)
                await ServeAsync(token, cancellationToken).ConfigureAwait(false);
            else
                await CloseAsync(1002, "The first frame is no start frame.", cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // the client or the relay has gone
        }
        finally
        {
            server.Leave(this);
        }
    }

    public Task SendAsync(FrameKind kind, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        relay.IsSilent ? Task.CompletedTask : socket.WriteAsync(kind, payload, cancellationToken);

    public void Close(int code, string? reason) => _ = Quietly(CloseAsync(code, reason, CancellationToken.None));

    public void Drop() => context.Abort();

    private async Task ServeAsync(string token, CancellationToken cancellationToken)
    {
        Token = token;
        server.Note(() => server.Starts.Add(token));
        if (!relay.IsSilent && !server.TryEnter(this))
        {
            Token = null;
            await CloseAsync(PolicyViolation, "This socket is already in use", cancellationToken).ConfigureAwait(false);
            return;
        }

        if (!relay.WithholdsStart)
            await SendAsync(FrameKind.Text, RelayProtocol.Start(token), cancellationToken).ConfigureAwait(false);
        server.Serves(this);
        using var pings = relay.PingInterval is { } interval ? time.CreateTimer(_ => Ping(), null, interval, interval) : null;
        while (true)
        {
            var (kind, payload) = await socket.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (relay.IsSilent)
                continue;
            switch (kind)
            {
                case FrameKind.Close:
                    server.Note(() => server.Closes.Add(payload.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(payload) : 1005));
                    await SendAsync(FrameKind.Close, payload, cancellationToken).ConfigureAwait(false);
                    return;
                case FrameKind.Ping:
                    server.Note(() => server.Pings++);
                    await SendAsync(FrameKind.Pong, payload, cancellationToken).ConfigureAwait(false);
                    break;
                case FrameKind.Pong:
                    _openPings = 0;
                    server.Note(() => server.Pongs++);
                    break;
                default:
                    server.Take(payload);
                    break;
            }
        }
    }

    private void Ping()
    {
        if (relay.IsSilent)
            return;
        if (Interlocked.Increment(ref _openPings) > MostOpenPings)
            Drop();
        else
            _ = Quietly(SendAsync(FrameKind.Ping, default, CancellationToken.None));
    }

    private async Task CloseAsync(int code, string? reason, CancellationToken cancellationToken)
    {
        var text = Encoding.UTF8.GetBytes(reason ?? "");
        var payload = new byte[2 + text.Length];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)code);
        text.CopyTo(payload, 2);
        await SendAsync(FrameKind.Close, payload, cancellationToken).ConfigureAwait(false);
        server.Leave(this);
    }

    private static async Task Quietly(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // the client has gone
        }
    }
}
