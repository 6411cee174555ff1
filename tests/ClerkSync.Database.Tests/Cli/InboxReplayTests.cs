using System.Text.Json;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Receiving;

namespace ClerkSync.Database.Tests.Cli;

/// <summary><c>clerksync inbox replay</c>.</summary>
public abstract class InboxReplayTests(DatabaseKind kind, PostgresServer postgres)
{
    private const string OtherInstance = "ins_00000000000000000000000000a";

    [Fact]
    public async Task A_dead_message_is_applied()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var cli = new CliSession(database);
        await using var engine = await Engine.StartAsync(database, clock: cli.Time);
        await engine.ReceiveAsync("msg_1", Samples.Read("user.created"));
        await engine.ExecuteAsync("DELETE FROM {users}");
        await engine.ExecuteAsync("UPDATE {{inbox_messages}} SET result = 'dead', attempts = 8");

        var planned = await cli.RunAsync("inbox", "replay", "--result", "dead", "--dry-run");
        Assert.Equal((0, "1 would be replayed. Nothing was done.\n"), (planned.ExitCode, planned.Error));
        Assert.Contains("msg_1", planned.Out, StringComparison.Ordinal);
        Assert.Equal("dead", await engine.ScalarAsync("SELECT result FROM {{inbox_messages}}"));

        var replayed = await cli.RunAsync("inbox", "replay", "--result", "dead");

        Assert.Equal((0, "msg_1  user.created  dead -> applied\n", "1 replayed, 0 without effect\n"), (replayed.ExitCode, replayed.Out, replayed.Error));
        Assert.Equal(Samples.ObjectIdOf("user.created"), await engine.ScalarAsync("SELECT id FROM {users}"));
        Assert.Equal("applied", await engine.ScalarAsync("SELECT result FROM {{inbox_messages}}"));
    }

    [Fact]
    public async Task Messages_of_an_instance_that_was_misconfigured_are_applied()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var cli = new CliSession(database);
        await using var engine = await Engine.StartAsync(database, new ReceivingOptions { InstanceId = OtherInstance }, cli.Time);
        await engine.ReceiveAsync("msg_1", Samples.Read("user.created"));
        await engine.ReceiveAsync("msg_2", Samples.Read("organization.created"));

        cli.Environment["CLERK_INSTANCE_ID"] = OtherInstance;
        var again = await cli.RunAsync("inbox", "replay", "--result", "ignored");
        cli.Environment["CLERK_INSTANCE_ID"] = Samples.Json("user.created").GetProperty("instance_id").GetString()!;
        var replayed = await cli.RunAsync("inbox", "replay", "--result", "ignored", "--json");

        Assert.Equal((1, "0 replayed, 2 without effect\n"), (again.ExitCode, again.Error));
        Assert.Contains("msg_1  user.created  ignored -> ignored\n    The event belongs to instance", again.Out, StringComparison.Ordinal);
        Assert.Equal((0, ""), (replayed.ExitCode, replayed.Error));
        Assert.Equal(["msg_1 ignored applied", "msg_2 ignored applied"], replayed.Lines.Select(Summary));
    }

    [Fact]
    public async Task Replaying_teaches_no_instance()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var cli = new CliSession(database);
        await using var engine = await Engine.StartAsync(database, new ReceivingOptions { LearnInstance = false }, cli.Time);
        await engine.ReceiveAsync("msg_1", Samples.Read("user.created"));

        Assert.Equal(0, (await cli.RunAsync("inbox", "replay", "msg_1")).ExitCode);

        Assert.Null(await engine.ScalarAsync("SELECT value FROM {{checkpoints}} WHERE name = 'instance'"));
    }

    [Fact]
    public async Task Each_message_is_told_of_whatever_became_of_the_others()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var cli = new CliSession(database);
        await using var engine = await Engine.StartAsync(database, clock: cli.Time);
        await engine.ReceiveAsync("msg_erased", Samples.Read("user.created"));
        await engine.ReceiveAsync("msg_deletion", Samples.Read("user.deleted"));
        await engine.ReceiveAsync("msg_odd", "[]"u8.ToArray());
        await engine.ReceiveAsync("msg_good", Samples.Read("organization.created"));
        await engine.ExecuteAsync("UPDATE {{inbox_messages}} SET payload = NULL WHERE id = 'msg_erased'");

        string[] ids = ["msg_erased", "msg_none", "msg_odd", "msg_good", "msg_good"];
        var words = await cli.RunAsync(["inbox", "replay", .. ids]);
        var json = await cli.RunAsync(["inbox", "replay", "--json", .. ids]);
        var planned = await cli.RunAsync(["inbox", "replay", "--dry-run", .. ids]);

        Assert.Equal((1, "1 replayed, 3 without effect\n"), (words.ExitCode, words.Error));
        Assert.Contains("msg_erased  user.created  erased\n    The payload of msg_erased is not kept any more", words.Out, StringComparison.Ordinal);
        Assert.Contains("msg_none  -  not found\n", words.Out, StringComparison.Ordinal);
        Assert.Contains("msg_odd  -  unreadable -> unreadable\n", words.Out, StringComparison.Ordinal);
        Assert.Contains("msg_good  organization.created  applied -> unchanged\n", words.Out, StringComparison.Ordinal);
        Assert.Equal(1, json.ExitCode);
        Assert.Equal(
            ["msg_erased applied  payload_erased", "msg_odd unreadable unreadable", "msg_good unchanged unchanged", "msg_none   no_such_message"],
            json.Lines.Select(Summary));
        Assert.Equal((1, "2 would be replayed. Nothing was done.\n"), (planned.ExitCode, planned.Error));
    }

    [Fact]
    public async Task A_message_that_fails_again_keeps_its_place_and_says_why()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var cli = new CliSession(database);
        await using var engine = await Engine.StartAsync(database, clock: cli.Time);
        await engine.ReceiveAsync("msg_1", Samples.Read("user.created"));
        await engine.ExecuteAsync("DELETE FROM {users}");
        await engine.ExecuteAsync("UPDATE {{inbox_messages}} SET result = 'dead', attempts = 8");
        await engine.ExecuteAsync(kind == DatabaseKind.Sqlite
            ? "CREATE TRIGGER refuse BEFORE INSERT ON {users} BEGIN SELECT RAISE(ABORT, 'payload ada@example.com'); END"
            : "ALTER TABLE {users} ADD CONSTRAINT refuse CHECK (id = '')");

        var result = await cli.RunAsync("inbox", "replay", "msg_1");

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("msg_1  user.created  dead -> dead\n    It could not be applied: ", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("ada@example.com", result.Out + result.Error, StringComparison.Ordinal);
        Assert.Equal("dead", await engine.ScalarAsync("SELECT result FROM {{inbox_messages}}"));
    }

    [Fact]
    public async Task Many_messages_are_replayed_over_pages()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var cli = new CliSession(database);
        await using var engine = await Engine.StartAsync(database, clock: cli.Time);
        await Task.WhenAll(Enumerable.Range(0, 1001).Select(i => engine.ReceiveAsync($"msg_{i}", "[]"u8.ToArray())));

        var result = await cli.RunAsync("inbox", "replay", "--result", "unreadable", "--dry-run", "--json");

        Assert.Equal(1001, result.Lines.Select(line => JsonElement.Parse(line).GetProperty("id").GetString()).Distinct(StringComparer.Ordinal).Count());
    }

    private static string Summary(string line)
    {
        var json = JsonElement.Parse(line);
        var error = json.TryGetProperty("error", out var code) ? " " + code.GetString() : "";
        return $"{json.GetProperty("id").GetString()} {json.GetProperty("before").GetString()} {json.GetProperty("result").GetString()}{error}";
    }
}

public sealed class SqliteInboxReplayTests(PostgresServer postgres) : InboxReplayTests(DatabaseKind.Sqlite, postgres);

public sealed class PostgreSqlInboxReplayTests(PostgresServer postgres) : InboxReplayTests(DatabaseKind.PostgreSql, postgres);
