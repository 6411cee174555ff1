using ClerkSync.Database.Tests.Support;
using ClerkSync.Emulator;
using ClerkSync.Signing;

namespace ClerkSync.EndToEnd.Tests;

/// <summary>The emulator, judged by the client and the verifiers that Clerk publishes.</summary>
public sealed class EmulatorTests(PostgresServer postgres, PeerApplications peers) : IClassFixture<PeerApplications>
{
    /// <summary>Every way to mount the verifier that can work.</summary>
    private static readonly string[] Verifiers = ["plain", "express-raw", "express-text", "express-json", "fastify"];

    [Theory]
    [InlineData("users")]
    [InlineData("organizations")]
    [InlineData("others")]
    [InlineData("tokens")]
    public async Task Clerks_own_client_finds_what_it_expects(string scenario)
    {
        peers.Require();
        await using var clerk = await ClerkEmulator.StartAsync(new() { RequestsPerTenSeconds = int.MaxValue }, TestContext.Current.CancellationToken);

        Assert.Null(await peers.RunBackendAsync(scenario, SettingsOf(clerk)));
    }

    [Fact]
    public async Task Clerks_own_client_is_told_of_the_limit()
    {
        peers.Require();
        await using var clerk = await ClerkEmulator.StartAsync(null, TestContext.Current.CancellationToken);

        Assert.Null(await peers.RunBackendAsync("limit", SettingsOf(clerk)));
    }

    [Fact]
    public async Task Clerks_own_verifier_accepts_every_delivery_and_no_forged_one()
    {
        peers.Require();
        await using var clerk = await ClerkEmulator.StartAsync(new() { HasBilling = true, TellsInvitations = true }, TestContext.Current.CancellationToken);
        var endpoints = new List<(PeerApplication Application, EmulatedEndpoint Endpoint)>();
        foreach (var name in Verifiers)
        {
            var application = await peers.StartAsync(name, SigningSecret.Parse(clerk.SigningSecret));
            endpoints.Add((application, clerk.DeliverTo(application.Webhook)));
        }

        EveryEvent.Happen(clerk);
        await clerk.WhenSettledAsync(TestContext.Current.CancellationToken);

        Assert.Equal(EveryEvent.Types, clerk.Messages.Select(m => m.Type).Distinct().Order(StringComparer.Ordinal));
        foreach (var (application, endpoint) in endpoints)
        {
            Assert.Equal(clerk.Messages.Select(m => m.Id), endpoint.Attempts.Select(a => a.MessageId));
            Assert.All(endpoint.Attempts, a => Assert.True(a.Status == 200, $"{application.Name} refuses {a.EventType} with {a.Status}."));
        }

        // While secrets are changed both sign; what a stranger signs is refused.
        Assert.Equal(200, await NextStatusAsync($"{SigningSecret.Create().Reveal()} {clerk.SigningSecret}"));
        Assert.Equal(400, await NextStatusAsync(SigningSecret.Create().Reveal()));
        foreach (var (application, _) in endpoints)
            await application.DisposeAsync();

        async Task<int?> NextStatusAsync(string secrets)
        {
            endpoints.ForEach(e => e.Endpoint.Rotate(secrets));
            clerk.Waitlist.Create($"{clerk.Messages.Count}@lantern.example");
            await clerk.WhenSettledAsync(TestContext.Current.CancellationToken);
            return Assert.Single(endpoints.Select(e => e.Endpoint.Attempts.Single(a => a.MessageId == clerk.Messages[^1].Id).Status).Distinct());
        }
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task What_Clerks_own_client_does_to_a_running_emulator_shows_in_the_mirror_of_a_running_server(DatabaseKind kind)
    {
        peers.Require();
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var server = new ServerProcess(ServerProcess.AddressOf(database), null, ("CLERK_INSTANCE_ID", ""));
        await server.StartAsync();
        await using var clerk = ChildProcess.Start(
            [.. CommandLineProgram.Built, "emulate", "--port", "0", "--no-limit", "--secret", server.Secret.Reveal(), "--deliver-to", server.Webhook.ToString(), "--fault", "repeat=0.2", "--fault", "forge=0.2"],
            Path.GetTempPath());
        await clerk.ErrorLineAsync(l => l.StartsWith("Listening on ", StringComparison.Ordinal));
        var settings = clerk.Output.Split('\n').Select(line => line.Split('=', 2)).ToDictionary(line => line[0], line => line[1].Trim('"'), StringComparer.Ordinal);

        Assert.Null(await peers.RunBackendAsync("users", settings));

        await using var engine = await Engine.StartAsync(database);
        await Deadline.UntilAsync("the mirror has all users and the one deletion", async () =>
            await engine.ScalarAsync("SELECT count(*) FROM {users} WHERE deleted_at IS NULL") == "22" && await engine.ScalarAsync("SELECT count(*) FROM {users} WHERE deleted_by = 'event'") == "1");
        Assert.Equal("0", await engine.ScalarAsync("SELECT count(*) FROM {users} WHERE first_name = 'Forged'"));
        await Deadline.UntilAsync("the renamed user is there", async () =>
            await engine.ScalarAsync("SELECT count(*) FROM {users} WHERE username = 'ada_l' AND primary_email_address = 'ada@users.example'") == "1");
        await clerk.TerminateAsync();
        Assert.Equal(0, await clerk.EndAsync());
        Assert.DoesNotContain(server.Secret.Reveal(), clerk.Printed, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> SettingsOf(ClerkEmulator clerk)
    {
        var someone = clerk.Users.Create("expired@tokens.example");
        return new(clerk.Settings, StringComparer.Ordinal)
        {
            ["EXPIRED_TOKEN"] = clerk.CreateSessionToken(clerk.Sessions.Create(someone.Id!).Id!, new() { Lifetime = TimeSpan.FromMinutes(-1) }),
        };
    }
}
