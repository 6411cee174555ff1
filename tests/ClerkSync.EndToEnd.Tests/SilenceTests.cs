using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Signing;

namespace ClerkSync.EndToEnd.Tests;

/// <summary>Whatever goes wrong, no secret, payload or one-time code is printed or answered, not even at the most talkative log level.</summary>
public sealed partial class SilenceTests(PostgresServer shared)
{
    private const string Password = "Pa55-of-the-database";
    private const string FirstName = "Zephyrine";
    private const string Address = "zephyrine.quillfeather@marker.example";

    private static readonly (string, string)[] Talkative =
    [
        ("Logging__LogLevel__Default", "Trace"),
        ("Logging__LogLevel__Microsoft", "Trace"),
        ("ClerkSync__Receiving__CommitTimeout", "00:00:02"),
    ];

    [Fact]
    public async Task A_noisy_run_on_PostgreSql_tells_nothing()
    {
        await using var postgres = new PostgresServer();
        await postgres.InitializeAsync();
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var server = new ServerProcess($"{database.ConnectionString};Password={Password}", null, Talkative);
        var noise = new Noise(server);

        await postgres.StopAsync("fast");
        await server.StartAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await noise.SendAsync(User())).Status);
        await noise.AskReadyAsync(HttpStatusCode.ServiceUnavailable);
        await postgres.StartAsync();
        await noise.AskReadyAsync(HttpStatusCode.OK);

        await noise.SendRefusedAsync(User());
        await noise.SendUnreadableAsync();
        await using (var engine = await Engine.StartAsync(database))
            await engine.ExecuteAsync($"ALTER TABLE {{users}} ADD CONSTRAINT refuses CHECK (first_name <> '{FirstName}')");
        Assert.Equal("deferred", (await noise.SendAsync(User())).Result);
        await server.LogLineAsync("failed on attempt");

        await postgres.StopAsync("immediate");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await noise.SendAsync(User())).Status);
        await postgres.StartAsync();
        await noise.AskReadyAsync(HttpStatusCode.OK);

        // A database that has just recovered may take its time for the first commit; the sender tries again then.
        await Deadline.UntilAsync("a delivery is taken again", async () => (await noise.SendAsync(User())).Status == HttpStatusCode.OK);
        await noise.SendSamplesAsync();
        await server.KillAsync();
        await server.StartAsync();
        await noise.SendSamplesAsync();
        Assert.Equal(0, await server.StopAsync());

        AssertSilent(noise.Everything, server.Secret);
    }

    [Fact]
    public async Task A_noisy_run_on_Sqlite_tells_nothing()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, shared);
        await using var server = new ServerProcess(ServerProcess.AddressOf(database), null, Talkative);
        var noise = new Noise(server);
        await server.StartAsync();

        await noise.SendRefusedAsync(User());
        await noise.SendUnreadableAsync();
        await using (var engine = await Engine.StartAsync(database))
            await engine.ExecuteAsync("CREATE TRIGGER refuses BEFORE INSERT ON {users} BEGIN SELECT RAISE(ABORT, 'refused: ' || NEW.data); END");
        Assert.Equal("deferred", (await noise.SendAsync(User())).Result);
        await server.LogLineAsync("failed on attempt");
        await using (var engine = await Engine.StartAsync(database))
            await engine.ExecuteAsync("DROP TABLE {organizations}");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await noise.SendAsync(Samples.Read("organization.created"))).Status);
        Assert.Equal(0, await server.StopAsync());

        AssertSilent(noise.Everything, server.Secret);
    }

    [Fact]
    public async Task A_start_that_fails_shows_neither_the_secret_nor_the_password()
    {
        const string Cut = "whsec_Zm9yZ290dGVuIGhhbGYgb2YgaXQ*";
        await using var badSecret = new ServerProcess("sqlite:silent.db", null, [("CLERK_WEBHOOK_SIGNING_SECRET", Cut), .. Talkative]);
        await Assert.ThrowsAsync<InvalidOperationException>(badSecret.StartAsync);
        Assert.Equal(2, await badSecret.EndAsync());
        Assert.Contains("signing secret is not valid base64", badSecret.Printed, StringComparison.Ordinal);
        Assert.DoesNotContain(Cut[6..20], badSecret.Printed, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", badSecret.Printed, StringComparison.Ordinal);

        foreach (var address in new[] { $"postgresql://clerk:{Password}@db.example:54x2/app", $"mysql://clerk:{Password}@db.example/app", $"Host=db.example;Password={Password};Sillyness=1" })
        {
            await using var badAddress = new ServerProcess(address);
            await Assert.ThrowsAsync<InvalidOperationException>(badAddress.StartAsync);
            Assert.Equal(2, await badAddress.EndAsync());
            Assert.DoesNotContain(Password, badAddress.Printed, StringComparison.Ordinal);
        }
    }

    /// <summary>A user of whom no other test knows.</summary>
    private static byte[] User()
    {
        var body = JsonNode.Parse(Samples.Read("user.created"))!;
        body["data"]!["id"] = "user_3LoadOfNoiseAndSilence00001";
        body["data"]!["first_name"] = FirstName;
        body["data"]!["last_name"] = "Quillfeather";
        body["data"]!["email_addresses"]![0]!["email_address"] = Address;
        body["data"]!["private_metadata"] = new JsonObject { ["note"] = "seventeen marzipan pigs" };
        return Encoding.UTF8.GetBytes(body.ToJsonString());
    }

    private static void AssertSilent(string everything, SigningSecret secret)
    {
        string[] samples = [.. Samples.Names.Concat(Samples.Variants).Select(n => Encoding.UTF8.GetString(Samples.Read(n)))];
        string[] forbidden =
        [
            secret.Reveal()["whsec_".Length..], Password, FirstName, "Quillfeather", Address, "marzipan", "424242", Noise.Marker,
            .. samples.SelectMany(s => MailAddress().Matches(s)).Select(m => m.Value).Distinct(StringComparer.Ordinal),
            .. samples.SelectMany(s => Name().Matches(s)).Select(m => m.Groups["name"].Value).Distinct(StringComparer.Ordinal),
        ];
        Assert.Contains("dbug: ", everything, StringComparison.Ordinal);
        Assert.Contains("mara.l@example.org", forbidden);
        Assert.Contains("Okafor-Żak", forbidden);
        Assert.All(forbidden, f => Assert.DoesNotContain(f, everything, StringComparison.OrdinalIgnoreCase));
    }

    [GeneratedRegex("[a-z.]+@[a-z.]*example(\\.[a-z]+)?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex MailAddress();

    [GeneratedRegex("\"(first|last)_name\": *\"(?<name>[^\"\\\\]{4,})\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Name();
}
