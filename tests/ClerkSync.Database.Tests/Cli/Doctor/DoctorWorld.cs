using System.Text.Json;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Emulator;

namespace ClerkSync.Database.Tests.Cli.Doctor;

/// <summary>A set-up in which all is well: a Clerk, a database that it has filled and that it delivers to, and the command line. Each test breaks one thing.</summary>
internal sealed class DoctorWorld : IAsyncDisposable
{
    private readonly Task _waits;
    private readonly List<IAsyncDisposable> _owned = [];

    private DoctorWorld(TestDatabase database, CliSession cli, Engine engine, ClerkEmulator clerk, Site site)
    {
        (Database, Cli, Engine, Clerk, Site) = (database, cli, engine, clerk, site);
        _waits = SyncCommandTests.PassWaitsAsync(cli);
    }

    public const string Url = "https://app.example.com/api/webhooks/clerk";

    public TestDatabase Database { get; }

    public CliSession Cli { get; }

    public Engine Engine { get; }

    public ClerkEmulator Clerk { get; }

    public Site Site { get; }

    public Routes Routes { get; } = new();

    /// <summary>Sends Clerk's events to the endpoint.</summary>
    public EmulatedEndpoint Endpoint { get; private set; } = null!;

    public static async Task<DoctorWorld> StartAsync(DatabaseKind kind, PostgresServer postgres)
    {
        var database = await TestDatabase.CreateAsync(kind, postgres);
        var cli = new CliSession(database);

        // the database's clock is the system's
        cli.Time.AdjustTime(TimeProvider.System.GetUtcNow());
        var engine = await Engine.StartAsync(database, clock: cli.Time);
        var clerk = await ClerkEmulator.StartAsync(new() { TimeProvider = cli.Time, SecretKey = "sk_live_emulator", RequestsPerTenSeconds = int.MaxValue });
        var world = new DoctorWorld(database, cli, engine, clerk, await Site.ReceivingAsync(engine, clerk.SigningSecret));
        world.Routes.Lead("api.clerk.com", clerk.CreateHandler);
        world.Routes.Lead("app.example.com", world.Site.Port);
        cli.HttpHandler = world.Routes.CreateHandler;
        cli.Environment["CLERK_SECRET_KEY"] = clerk.SecretKey;
        cli.Environment["CLERK_WEBHOOK_SIGNING_SECRET"] = clerk.SigningSecret;
        cli.Environment["ClerkSync__ClerkApi__RequestsPerTenSeconds"] = "100000";
        cli.Environment["ClerkSync__ClerkApi__BudgetPercent"] = "100";

        world.Endpoint = clerk.DeliverTo(new(world.Site.Root, Site.Path));
        clerk.Users.Create("ada@example.com");
        await clerk.WhenSettledAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, (await cli.RunAsync("backfill")).ExitCode);
        Assert.Equal(0, (await cli.RunAsync("reconcile")).ExitCode);
        return world;
    }

    /// <summary>Runs the doctor on the endpoint.</summary>
    /// <returns>What it found, by the name of the check.</returns>
    public Task<IReadOnlyDictionary<string, JsonElement>> ExamineAsync(params string[] args) => ExamineAsync(Url, args);

    public async Task<IReadOnlyDictionary<string, JsonElement>> ExamineAsync(string? url, string[] args)
    {
        var outcome = await Cli.RunAsync(["doctor", "--json", .. url is null ? Array.Empty<string>() : ["--url", url], .. args]);
        Assert.DoesNotContain(Clerk.SigningSecret, outcome.Out + outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Clerk.SecretKey, outcome.Out + outcome.Error, StringComparison.Ordinal);
        var findings = JsonElement.Parse(outcome.Out).EnumerateArray().ToDictionary(f => f.GetProperty("name").GetString()!, StringComparer.Ordinal);
        Assert.Equal(findings.Values.Any(f => f.GetProperty("status").GetString() == "fail") ? 1 : 0, outcome.ExitCode);
        return findings;
    }

    /// <summary>What is not well and has a cause of its own, as <c>check: code</c>.</summary>
    public static string[] CausesIn(IReadOnlyDictionary<string, JsonElement> findings) =>
        [.. findings.Values.Where(f => f.GetProperty("status").GetString() != "pass").Select(f => $"{f.GetProperty("name").GetString()}: {f.GetProperty("code").GetString()}").Where(c => !c.EndsWith(": not_checked", StringComparison.Ordinal))];

    /// <summary>Ends it with the world.</summary>
    public void Owns(IAsyncDisposable thing) => _owned.Add(thing);

    public async ValueTask DisposeAsync()
    {
        foreach (var thing in _owned)
            await thing.DisposeAsync();
        Cli.Timers.Writer.Complete();
        await _waits;
        Cli.Dispose();
        await Site.DisposeAsync();
        await Clerk.DisposeAsync();
        await Engine.DisposeAsync();
        await Database.DisposeAsync();
    }
}
