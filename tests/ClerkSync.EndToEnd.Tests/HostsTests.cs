using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Signing;

namespace ClerkSync.EndToEnd.Tests;

/// <summary>One application for each way to write one in .NET, as a process of its own: it takes every sample, and nothing that is forged, stale, repeated in its headers or too large.</summary>
public sealed class HostsTests
{
    public static TheoryData<string> Names => ["minimal-api", "controller", "razor-pages", "fast-endpoints", "worker", "http-listener", "fsharp"];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_host_takes_every_sample_and_nothing_else(string name)
    {
        await using var host = await HostApp.StartAsync(name);
        using var client = new DeliveryClient(host.Secret);
        string[] samples = [.. Samples.Names, .. Samples.Variants];
        foreach (var sample in samples)
        {
            var answer = await client.SendAsync(host.Webhook, new("msg_" + sample, Samples.Read(sample)));
            Assert.True(answer.Status == HttpStatusCode.OK, $"{name}: {sample} was answered {answer.Status} {answer.Body}");
        }

        foreach (var sample in samples)
            await host.PrintedAsync("msg_" + sample);

        var body = Samples.Read("user.created");
        using var forger = new DeliveryClient(SigningSecret.Create());
        await RefusedAsync("signature_mismatch", forger.SendAsync(host.Webhook, new("msg_forged", body)));
        await RefusedAsync("signature_mismatch", client.SendAsync(host.Webhook, [.. body, (byte)' '], host.Sign("msg_forged", body)));
        await RefusedAsync("missing_headers", client.SendAsync(host.Webhook, body, []));
        await RefusedAsync("malformed_headers", client.SendAsync(host.Webhook, body, [.. host.Sign("msg_forged", body), new("svix-id", "msg_other")]));
        await RefusedAsync("timestamp_too_old", client.SendAsync(host.Webhook, body, host.Sign("msg_forged", body, age: 400)));

        var large = new byte[(1024 * 1024) + 1];
        body.CopyTo(large, 0);
        Array.Fill(large, (byte)' ', body.Length, large.Length - body.Length);
        var tooLarge = await client.SendAsync(host.Webhook, large, host.Sign("msg_large", large));
        Assert.True(tooLarge.Status is HttpStatusCode.RequestEntityTooLarge or null, $"{name}: {tooLarge.Status} {tooLarge.Body}");
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(host.Webhook, new("msg_large", large[..^1]))).Status);
        await host.PrintedAsync("msg_large");
        Assert.DoesNotContain("msg_forged", host.Printed, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", host.Printed, StringComparison.Ordinal);
    }

    private static async Task RefusedAsync(string reason, Task<DeliveryAnswer> answer) =>
        Assert.Equal((HttpStatusCode.BadRequest, reason), await answer is var a ? (a.Status, a.Reason) : default);

    private sealed class HostApp(ChildProcess process, string folder, SigningSecret secret, Uri address) : IAsyncDisposable
    {
        private const string Announcement = "Now listening on: ";

        public SigningSecret Secret => secret;

        public Uri Webhook { get; } = new(address, "/api/webhooks/clerk");

        public string Printed => process.Printed;

        public static async Task<HostApp> StartAsync(string name)
        {
            var folder = Directory.CreateTempSubdirectory("clerksync-host-").FullName;
            var secret = SigningSecret.Create();
            var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["CLERK_WEBHOOK_SIGNING_SECRET"] = secret.Reveal() };

            // an HttpListener cannot choose a port by itself
            var port = name == "http-listener" ? FreePort() : 0;
            IReadOnlyList<string> program = name == "fsharp" ? CommandLineProgram.Sample("FSharp") : [.. CommandLineProgram.Sample("Hosts"), name];
            var process = ChildProcess.Start([.. program, "--urls", $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}"], folder, environment);
            var line = await process.OutputLineAsync(l => l.Contains(Announcement, StringComparison.Ordinal));
            return new(process, folder, secret, new(line[(line.IndexOf(Announcement, StringComparison.Ordinal) + Announcement.Length)..].Trim()));
        }

        public IReadOnlyList<KeyValuePair<string, string>> Sign(string id, byte[] body, int age = 0) =>
            [.. DeliverySigner.CreateHeaders(new(secret), id, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - age, body)];

        /// <summary>The host has taken the message.</summary>
        public Task PrintedAsync(string id) => process.OutputLineAsync(l => l.EndsWith(' ' + id, StringComparison.Ordinal));

        public async ValueTask DisposeAsync()
        {
            await process.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }

        private static int FreePort()
        {
            using var socket = new TcpListener(IPAddress.Loopback, 0);
            socket.Start();
            return ((IPEndPoint)socket.LocalEndpoint).Port;
        }
    }
}
