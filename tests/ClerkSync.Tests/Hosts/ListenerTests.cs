using System.Net;
using System.Net.Sockets;
using System.Text;
using ClerkSync.Signing;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Tests.Hosts;

/// <summary>The documented <see cref="HttpListener"/>, where a sender is slow and where the application fails.</summary>
public sealed class ListenerTests : IDisposable
{
    private readonly SigningSecret _secret = SigningSecret.Create();
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly ClerkWebhookVerifier _verifier;
    private readonly HttpListener _listener;
    private readonly int _port;

    public ListenerTests()
    {
        _verifier = new(new SigningOptions { Secrets = { _secret.Reveal() } }, _clock);
        (_listener, _port) = Listen();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _listener.Close();
        _verifier.Dispose();
    }

    [Fact]
    public async Task A_body_that_never_ends_is_waited_for_no_longer_than_its_time()
    {
        var endpoint = new global::Hosts.Listener(_verifier, _ => Assert.Fail("There is no webhook."), _clock);
        using var sender = new TcpClient();
        await sender.ConnectAsync(IPAddress.Loopback, _port, Token);
        await sender.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: 127.0.0.1:{_port}\r\nContent-Length: 100\r\n\r\nhalf of it"), Token);

        var answering = endpoint.AnswerAsync(await _listener.GetContextAsync());
        Assert.False(answering.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(15));
        await answering;

        // never a 2xx: Windows resets the connection, elsewhere the status is sent
        Assert.Matches("^(HTTP/1.1 408 |$)", await EndsAsync(sender.GetStream()));
    }

    [Fact]
    public async Task A_webhook_that_the_application_fails_on_is_answered_500_and_one_that_it_takes_200()
    {
        var taken = new List<string>();
        var failing = new global::Hosts.Listener(_verifier, _ => throw new InvalidOperationException("No table is there."), _clock);
        var working = new global::Hosts.Listener(_verifier, w => taken.Add(w.Id!), _clock);

        Assert.Equal(OperatingSystem.IsWindows() ? null : HttpStatusCode.InternalServerError, await SendAsync(failing));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(working));
        Assert.Equal(["msg_1"], taken);
    }

    private async Task<HttpStatusCode?> SendAsync(global::Hosts.Listener endpoint)
    {
        var body = """{"type":"user.deleted","data":{"id":"user_1","object":"user","deleted":true}}"""u8.ToArray();
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{_port}/") { Content = new ByteArrayContent(body) };
        foreach (var (name, value) in DeliverySigner.CreateHeaders(new SigningSecrets(_secret), "msg_1", _clock.GetUtcNow().ToUnixTimeSeconds(), body))
            request.Headers.TryAddWithoutValidation(name, value);
        var answering = AnswerNextAsync(endpoint);
        try
        {
            using var response = await client.SendAsync(request, Token);
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;    // reset
        }
        finally
        {
            await answering;
        }
    }

    private async Task AnswerNextAsync(global::Hosts.Listener endpoint) => await endpoint.AnswerAsync(await _listener.GetContextAsync());

    /// <summary>What is sent until the connection is closed, or reset.</summary>
    private static async Task<string> EndsAsync(NetworkStream stream)
    {
        var said = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer, Token) is > 0 and var read)
                said.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }
        catch (IOException)
        {
            // reset
        }

        return said.ToString();
    }

    /// <summary>An HttpListener cannot choose a port by itself, and another test may take the free one first.</summary>
    private static (HttpListener Listener, int Port) Listen()
    {
        for (var attempt = 0; ; attempt++)
        {
            using var socket = new TcpListener(IPAddress.Loopback, 0);
            socket.Start();
            var port = ((IPEndPoint)socket.LocalEndpoint).Port;
            socket.Stop();
            var listener = new HttpListener();
            listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                listener.Start();
                return (listener, port);
            }
            catch (HttpListenerException) when (attempt < 10)
            {
                listener.Close();
            }
        }
    }
}
