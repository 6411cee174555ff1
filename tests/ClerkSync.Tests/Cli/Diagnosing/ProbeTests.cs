using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ClerkSync.Cli.Diagnosing;
using ClerkSync.Signing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Tests.Cli.Diagnosing;

/// <summary>What is sent, and what becomes of connections that fail, on real sockets.</summary>
public sealed class ProbeTests
{
    [Fact]
    public async Task It_is_signed_and_says_what_it_is()
    {
        await using var endpoint = await SampleEndpoint.StartAsync();

        var answer = await SendAsync(new(endpoint.Url), SigningSecrets.Parse(CliRun.Secret));

        Assert.True(answer.IsAccepted, answer.Detail);
        var sample = endpoint.Received.Single();
        Assert.Equal(("POST", "clerksync.probe", "ins_123"), (sample.Method, sample.Type, sample.Json.GetProperty("instance_id").GetString()));
        Assert.Equal("event", sample.Json.GetProperty("object").GetString());
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var endpoint = await SampleEndpoint.StartAsync();
        endpoint.Answer = http =>
        {
            http.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        };

        Assert.Equal(302, (await SendAsync(new(endpoint.Url), SigningSecrets.Parse(CliRun.Secret))).Status);
        Assert.Single(endpoint.Received);
    }

    [Fact]
    public async Task An_endless_answer_is_read_to_a_limit()
    {
        await using var endpoint = await SampleEndpoint.StartAsync();
        endpoint.Answer = async http =>
        {
            var chunk = new byte[16 * 1024];
            Array.Fill(chunk, (byte)'x');
            while (!http.RequestAborted.IsCancellationRequested)
                await http.Response.Body.WriteAsync(chunk, http.RequestAborted);
        };

        var answer = await SendAsync(new(endpoint.Url), SigningSecrets.Parse(CliRun.Secret));

        Assert.Equal((200, 64 * 1024), (answer.Status, answer.Body.Length));
    }

    [Fact]
    public async Task A_port_where_nothing_listens_is_unreachable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        Assert.Equal(ProbeFailure.Unreachable, (await SendAsync(new($"http://127.0.0.1:{port}/"), null)).Failure);
    }

    [Fact]
    public async Task A_port_that_speaks_plain_http_is_no_TLS()
    {
        await using var endpoint = await SampleEndpoint.StartAsync();

        Assert.Equal(ProbeFailure.Tls, (await SendAsync(new UriBuilder(endpoint.Url) { Scheme = "https" }.Uri, null)).Failure);
    }

    [Fact]
    public async Task A_certificate_of_nobody_is_not_trusted()
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=app.example.com", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        await using var app = builder.Build();
        app.Run(http => http.Response.WriteAsync("ok"));
        await app.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(ProbeFailure.Certificate, (await SendAsync(new(app.Urls.Single()), null)).Failure);
    }

    [Fact]
    public async Task A_connection_that_breaks_is_lost()
    {
        var port = new TaskCompletionSource<int>();
        var breaking = BreakAsync(port, ""u8.ToArray());

        var answer = await SendAsync(new($"http://127.0.0.1:{await port.Task}/"), null);

        await breaking;
        Assert.Equal(ProbeFailure.ConnectionLost, answer.Failure);
    }

    [Fact]
    public async Task What_speaks_another_protocol_is_no_web_server()
    {
        var port = new TaskCompletionSource<int>();
        var breaking = BreakAsync(port, "SSH-2.0-OpenSSH_10.0\r\n"u8.ToArray());

        var answer = await SendAsync(new($"http://127.0.0.1:{await port.Task}/"), null);

        await breaking;
        Assert.Equal(ProbeFailure.NoHttp, answer.Failure);
    }

    private static async Task BreakAsync(TaskCompletionSource<int> port, byte[] says)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        port.SetResult(((IPEndPoint)listener.LocalEndpoint).Port);
        using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        var buffer = new byte[4096];
        _ = await client.GetStream().ReadAsync(buffer, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(says, TestContext.Current.CancellationToken);
    }

    private static async Task<ProbeAnswer> SendAsync(Uri url, SigningSecrets? secrets)
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
        return await new Probe(client, url, TimeProvider.System).SendAsync(secrets, TestContext.Current.CancellationToken);
    }
}
