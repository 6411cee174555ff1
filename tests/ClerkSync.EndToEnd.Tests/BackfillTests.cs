using System.Globalization;
using System.Text.Json;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Emulator;

namespace ClerkSync.EndToEnd.Tests;

/// <summary><c>clerksync backfill</c> as a process that is killed.</summary>
public sealed class BackfillTests(PostgresServer postgres)
{
    private const int Users = 20_000;

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_backfill_that_is_killed_goes_on_within_one_page(DatabaseKind kind)
    {
        await using var clerk = await ClerkEmulator.StartAsync(
            new() { SecretKey = "sk_live_emulator", RequestsPerTenSeconds = int.MaxValue, Population = new() { Users = Users } }, TestContext.Current.CancellationToken);
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var engine = await Engine.StartAsync(database);
        var written = 0L;
        for (var kill = 1; kill <= 2; kill++)
        {
            await using var killed = Start(clerk, database);
            var wanted = written + 1500;
            await Deadline.UntilAsync("some pages are written", async () => await CountAsync(engine) >= wanted);
            killed.Kill();
            await killed.EndAsync();
            written = await CountAsync(engine);

            // Its lease runs out within a minute.
            await engine.ExecuteAsync("DELETE FROM {{checkpoints}} WHERE name = 'sync_lease'");
        }

        await using var last = Start(clerk, database);
        Assert.Equal(0, await last.EndAsync());

        var users = JsonElement.Parse(last.Output.Split('\n')[^1]).GetProperty("tables").GetProperty("users");
        Assert.Equal(Users, await CountAsync(engine));
        Assert.Equal(Users, users.GetProperty("read").GetInt64());
        Assert.Equal(Users - written, users.GetProperty("written").GetInt64());
        Assert.InRange(users.GetProperty("known").GetInt64(), 0, 500);
    }

    private static ChildProcess Start(ClerkEmulator clerk, TestDatabase database) => ChildProcess.Start(
        [.. CommandLineProgram.Built, "backfill", "--json"],
        Path.GetTempPath(),
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["CLERK_SECRET_KEY"] = clerk.SecretKey,
            ["CLERK_API_URL"] = clerk.Url.ToString(),
            ["CLERKSYNC_DATABASE"] = ServerProcess.AddressOf(database),
        });

    private static async Task<long> CountAsync(Engine engine) => long.Parse((await engine.ScalarAsync("SELECT count(*) FROM {users}"))!, CultureInfo.InvariantCulture);
}
