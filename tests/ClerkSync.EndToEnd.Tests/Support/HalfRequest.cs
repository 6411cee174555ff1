using System.Globalization;
using System.Net.Sockets;
using System.Text;
using ClerkSync.Signing;

namespace ClerkSync.EndToEnd.Tests.Support;

/// <summary>A delivery whose second half waits until the test sends it.</summary>
internal sealed class HalfRequest : IAsyncDisposable
{
    private readonly TcpClient _connection = new();
    private readonly byte[] _body;

    private HalfRequest(byte[] body) => _body = body;

    /// <summary>Sends the head and half of the body; the server has the request in hand when this returns.</summary>
    public static async Task<HalfRequest> SendAsync(ServerProcess server, Message message)
    {
        var request = new HalfRequest(message.Body);
        await request._connection.ConnectAsync(server.Webhook.Host, server.Webhook.Port);
        var headers = DeliverySigner.CreateHeaders(
            new(server.Secret), message.Id, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(), message.Body);
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            POST {server.Webhook.AbsolutePath} HTTP/1.1
            Host: {server.Webhook.Authority}
            Content-Type: application/json
            Content-Length: {message.Body.Length}
            Expect: 100-continue
            Connection: close
            {string.Join('\n', headers.Select(h => $"{h.Key}: {h.Value}"))}


            """).ReplaceLineEndings("\r\n");
        var stream = request._connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head));

        // The server asks for the body only when the endpoint reads it.
        var asked = new byte[25];
        await stream.ReadExactlyAsync(asked);
        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", Encoding.ASCII.GetString(asked));
        await stream.WriteAsync(message.Body.AsMemory(0, message.Body.Length / 2));
        return request;
    }

    /// <summary>Sends the rest.</summary>
    /// <returns>The answer, head and body.</returns>
    public async Task<string> CompleteAsync()
    {
        var stream = _connection.GetStream();
        await stream.WriteAsync(_body.AsMemory(_body.Length / 2));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync().WaitAsync(Deadline.Generous);
    }

    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }
}
