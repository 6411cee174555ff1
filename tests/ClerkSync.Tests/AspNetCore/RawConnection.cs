using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ClerkSync.Tests.AspNetCore;

/// <summary>HTTP written by hand: sends what no well-behaved client would.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly TcpClient _client = new();

    public static async Task<RawConnection> OpenAsync(WebhookApp app)
    {
        var connection = new RawConnection();
        await connection._client.ConnectAsync(IPAddress.Loopback, app.Port, TestContext.Current.CancellationToken);
        return connection;
    }

    /// <summary>The head of a POST to the endpoint, each header on a line of its own.</summary>
    public static string Head(IEnumerable<KeyValuePair<string, string>> headers, params string[] more)
    {
        var text = new StringBuilder($"POST {WebhookApp.Path} HTTP/1.1\r\nHost: localhost\r\n");
        foreach (var (name, value) in headers)
            text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        foreach (var line in more)
            text.Append(line).Append("\r\n");
        return text.Append("\r\n").ToString();
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(byte[] bytes) => await _client.GetStream().WriteAsync(bytes, TestContext.Current.CancellationToken);

    /// <summary>Reads one answer: the status line, headers and a body of the announced length.</summary>
    public async Task<RawAnswer> ReadAnswerAsync()
    {
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            head.Append((char)await ReadByteAsync());
        var lines = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var length = lines.FirstOrDefault(l => l.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase))?["Content-Length: ".Length..] ?? "0";
        var body = new byte[int.Parse(length, CultureInfo.InvariantCulture)];
        for (var i = 0; i < body.Length; i++)
            body[i] = (byte)await ReadByteAsync();
        return new(int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture), lines[1..], Encoding.UTF8.GetString(body));
    }

    /// <summary>Whether the server has closed its side; waits until it did or sends more.</summary>
    public async Task<bool> IsClosedAsync()
    {
        try
        {
            return await _client.Client.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    /// <summary>Ends the connection the hard way, in the middle of whatever is going on.</summary>
    public void Reset()
    {
        _client.LingerState = new LingerOption(enable: true, seconds: 0);
        _client.Close();
    }

    /// <summary>Says that nothing more will come, and goes on listening.</summary>
    public void EndSending() => _client.Client.Shutdown(SocketShutdown.Send);

    public void Dispose() => _client.Dispose();

    private async Task<int> ReadByteAsync()
    {
        var one = new byte[1];
        return await _client.GetStream().ReadAsync(one, TestContext.Current.CancellationToken) == 1
            ? one[0]
            : throw new EndOfStreamException("The server closed the connection before its answer was complete.");
    }
}

internal sealed record RawAnswer(int Status, string[] Headers, string Body);
