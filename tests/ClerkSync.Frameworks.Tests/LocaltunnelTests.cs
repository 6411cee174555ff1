using System.Globalization;
using System.Net;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Tests.Documents;

namespace ClerkSync.Frameworks.Tests;

/// <summary>The client that npm has of localtunnel, with the public side on loopback.</summary>
public sealed class LocaltunnelTests
{
    private const string Announcement = "your url is: ";

    [Fact]
    public async Task Every_delivery_goes_through_as_it_is()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, new());
        await using var server = await ServerProcess.StartAsync(database);
        await using var tunnel = await TunnelServer.StartAsync();
        await using var client = await StartClientAsync(tunnel, server);
        using var clerk = new DeliveryClient(server.Secret);
        var webhook = new Uri(await PublicAddressAsync(client), server.Webhook.AbsolutePath);

        foreach (var message in (Message[])[.. Bodies.Messages(), NotUtf8, Large])
        {
            var answer = await clerk.SendAsync(webhook, message);
            Assert.Equal((message.Id, HttpStatusCode.OK), (message.Id, answer.Status));
        }
    }

    /// <summary>As the documentation warns: the client then takes the first piece of the request for text and writes it anew.</summary>
    [Fact]
    public async Task The_option_for_another_host_spoils_bytes_that_are_no_text()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, new());
        await using var server = await ServerProcess.StartAsync(database);
        await using var tunnel = await TunnelServer.StartAsync();
        await using var client = await StartClientAsync(tunnel, server, "--local-host", "127.0.0.1");
        using var clerk = new DeliveryClient(server.Secret);
        var webhook = new Uri(await PublicAddressAsync(client), server.Webhook.AbsolutePath);

        var spoiled = await clerk.SendAsync(webhook, NotUtf8);

        Assert.Equal((HttpStatusCode.BadRequest, "signature_mismatch"), (spoiled.Status, spoiled.Reason));
        Assert.Equal(HttpStatusCode.OK, (await clerk.SendAsync(webhook, new("msg_plain", Samples.Read("user.created")))).Status);
    }

    /// <summary>Signed, but no UTF-8 and so no JSON: the server keeps it, as long as every byte arrives.</summary>
    private static Message NotUtf8 => new("msg_not-utf8", [.. "{\"type\":\"user.created\",\"data\":\""u8, 0xff, 0xfe, 0x00, 0x80, .. "\"}"u8]);

    /// <summary>Several pieces on the way, with characters of several bytes wherever a piece ends.</summary>
    private static Message Large => new("msg_large", [.. "{\"type\":\"unknown.large\",\"data\":{\"id\":\"large_1\",\"text\":\""u8, .. Enumerable.Repeat("💾é"u8.ToArray(), 50_000).SelectMany(b => b), .. "\"}}"u8]);

    private static async Task<ChildProcess> StartClientAsync(TunnelServer tunnel, ServerProcess server, params string[] options)
    {
        var folder = Repository.PathOf("tests", "frameworks", "localtunnel");
        await NodePackages.InstallAsync(Repository.PathOf("tests", "frameworks"));
        await NodePackages.InstallAsync(folder);
        string[] command =
        [
            Repository.PathOf("tests", "frameworks", "node_modules", ".bin", "node"), "node_modules/localtunnel/bin/lt.js",
            "--host", tunnel.Address.ToString().TrimEnd('/'), "--port", server.Webhook.Port.ToString(CultureInfo.InvariantCulture), .. options,
        ];
        return ChildProcess.Start(command, folder, new Dictionary<string, string>(StringComparer.Ordinal) { ["NO_PROXY"] = "127.0.0.1,localhost" });
    }

    private static async Task<Uri> PublicAddressAsync(ChildProcess client)
    {
        var line = await client.OutputLineAsync(l => l.StartsWith(Announcement, StringComparison.Ordinal));
        return new(line[Announcement.Length..]);
    }
}
