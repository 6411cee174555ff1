using System.Text.Json;
using ClerkSync.Database.Tests.Support;

namespace ClerkSync.Database.Tests.Cli;

/// <summary><c>clerksync status</c>.</summary>
public abstract class StatusCommandTests(DatabaseKind kind, PostgresServer postgres)
{
    [Fact]
    public async Task It_counts_messages_and_rows()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var cli = new CliSession(database);
        await using var engine = await Engine.StartAsync(database, clock: cli.Time);
        await engine.ReceiveAsync("msg_1", Samples.Read("user.created"));
        cli.Time.Advance(TimeSpan.FromMinutes(10));
        await engine.ReceiveAsync("msg_2", Samples.Read("organization.created"));
        await engine.ReceiveAsync("msg_3", Samples.Read("user.deleted"));
        await engine.ReceiveAsync("msg_4", "[]"u8.ToArray());
        cli.Time.Advance(TimeSpan.FromSeconds(30));

        var words = await cli.RunAsync("status");
        var json = await cli.RunAsync("status", "--json");

        Assert.Equal((0, ""), (words.ExitCode, words.Error));
        var instance = Samples.Json("user.created").GetProperty("instance_id").GetString();
        Assert.Contains($"Instance   {instance} (learned)\n", words.Out, StringComparison.Ordinal);
        Assert.Contains("Messages   4, the newest 30 s ago, the oldest 10 min ago\n", words.Out, StringComparison.Ordinal);
        Assert.Matches("\\n  unreadable +1 ", words.Out);
        Assert.Matches("\\n  dead +0 ", words.Out);
        var status = JsonElement.Parse(json.Out);
        Assert.Equal(("current", instance), (status.GetProperty("schema").GetString(), status.GetProperty("instance_id").GetString()));
        var messages = status.GetProperty("messages");
        Assert.Equal((4, 30, 630), (messages.GetProperty("total").GetInt32(), messages.GetProperty("newest_age_s").GetInt32(), messages.GetProperty("oldest_age_s").GetInt32()));
        Assert.Equal((1, 0), (messages.GetProperty("unreadable").GetInt32(), messages.GetProperty("dead").GetInt32()));
        Assert.Equal(1, status.GetProperty("tables").GetProperty("organizations").GetProperty("live").GetInt32());
        Assert.Equal(
            await engine.ScalarAsync("SELECT count(*) FROM {users} WHERE deleted_at IS NOT NULL"),
            status.GetProperty("tables").GetProperty("users").GetProperty("deleted").GetRawText());
        Assert.Equal(13, status.GetProperty("tables").EnumerateObject().Count());
        Assert.Empty(status.GetProperty("stuck").EnumerateArray());
    }

    [Fact]
    public async Task Empty_tables_are_well()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var cli = new CliSession(database);
        await using var engine = await Engine.StartAsync(database, clock: cli.Time);

        var words = await cli.RunAsync("status");
        var json = await cli.RunAsync("status", "--json");

        Assert.Equal((0, 0), (words.ExitCode, json.ExitCode));
        Assert.Contains("Messages   none yet\n", words.Out, StringComparison.Ordinal);
        Assert.Contains("Instance   not known yet", words.Out, StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, JsonElement.Parse(json.Out).GetProperty("messages").GetProperty("newest_age_s").ValueKind);
    }

    [Fact]
    public async Task Dead_messages_are_stuck_at_once_and_deferred_ones_after_five_minutes()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var cli = new CliSession(database);
        await using var engine = await Engine.StartAsync(database, clock: cli.Time);
        await engine.ReceiveAsync("msg_1", Samples.Read("user.created"));

        await engine.ExecuteAsync("UPDATE {{inbox_messages}} SET result = 'deferred'");
        cli.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(0, (await cli.RunAsync("status")).ExitCode);
        cli.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["deferred_messages"], await StuckAsync(cli));

        await engine.ExecuteAsync("UPDATE {{inbox_messages}} SET result = 'dead'");
        Assert.Equal(["dead_messages"], await StuckAsync(cli));
        Assert.Contains("Stuck: Messages that were given up: 1.\n  'clerksync inbox list --result dead'", (await cli.RunAsync("status")).Out, StringComparison.Ordinal);

        cli.Environment["CLERK_INSTANCE_ID"] = "ins_00000000000000000000000000a";
        Assert.Equal(["wrong_instance", "dead_messages"], await StuckAsync(cli));
    }

    [Fact]
    public async Task Tables_of_another_version_are_stuck()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var cli = new CliSession(database);
        await using (var engine = await Engine.StartAsync(database, clock: cli.Time))
            await engine.ExecuteAsync("UPDATE {{schema_history}} SET fingerprint = 'x'");

        Assert.Equal(["schema_outdated"], await StuckAsync(cli));
        Assert.Contains("Run 'clerksync migrate'", (await cli.RunAsync("status")).Out, StringComparison.Ordinal);
    }

    private static async Task<string[]> StuckAsync(CliSession cli)
    {
        var result = await cli.RunAsync("status", "--json");
        Assert.Equal((1, ""), (result.ExitCode, result.Error));
        return [.. JsonElement.Parse(result.Out).GetProperty("stuck").EnumerateArray().Select(stuck => stuck.GetProperty("code").GetString()!)];
    }
}

public sealed class SqliteStatusCommandTests(PostgresServer postgres) : StatusCommandTests(DatabaseKind.Sqlite, postgres);

public sealed class PostgreSqlStatusCommandTests(PostgresServer postgres) : StatusCommandTests(DatabaseKind.PostgreSql, postgres);
