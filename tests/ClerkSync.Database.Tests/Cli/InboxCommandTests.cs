#pragma warning disable CA2025 // each running command is awaited before its session ends
using System.Text;
using System.Text.Json;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Receiving;

namespace ClerkSync.Database.Tests.Cli;

/// <summary><c>clerksync inbox list</c>, <c>show</c> and <c>tail</c> on messages that the real receiver stored.</summary>
public abstract class InboxCommandTests(DatabaseKind kind, PostgresServer postgres)
{
    /// <summary>As a body may have it: a one-character control sequence, which a terminal that takes 8-bit controls acts upon.</summary>
    private const string Escape = "\u009b2J";

    [Fact]
    public async Task List_shows_the_newest_first_and_filters()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var cli = new CliSession(database);
        await using var engine = await Engine.StartAsync(database, clock: cli.Time);
        await engine.ReceiveAsync("msg_1", Samples.Read("user.created"));
        await engine.ReceiveAsync("msg_2", Samples.Read("email.created"));
        await engine.ReceiveAsync("msg_3", "not JSON"u8.ToArray());

        var table = await cli.RunAsync("inbox", "list");
        Assert.Equal((0, ""), (table.ExitCode, table.Error));
        Assert.Contains("2027-01-02 03:04:05Z", table.Out, StringComparison.Ordinal);
        Assert.True(table.Out.IndexOf("msg_3", StringComparison.Ordinal) < table.Out.IndexOf("msg_2", StringComparison.Ordinal));
        Assert.True(table.Out.IndexOf("msg_2", StringComparison.Ordinal) < table.Out.IndexOf("msg_1", StringComparison.Ordinal));

        Assert.Equal(["msg_3", "msg_2", "msg_1"], await IdsAsync(cli));
        Assert.Equal(["msg_1"], await IdsAsync(cli, "--type", "user.created"));
        Assert.Equal(["msg_3"], await IdsAsync(cli, "--result", "unreadable"));
        Assert.Equal(["msg_1"], await IdsAsync(cli, "--object", Samples.ObjectIdOf("user.created"), "--result", "applied"));
        Assert.Equal(["msg_3", "msg_2"], await IdsAsync(cli, "--limit", "2"));
        Assert.Empty(await IdsAsync(cli, "--type", "user.deleted"));
        Assert.Equal("No messages.\n", (await cli.RunAsync("inbox", "list", "--result", "dead")).Error);
    }

    [Fact]
    public async Task Programs_get_the_columns_of_the_table_and_no_payload()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var cli = new CliSession(database);
        await using var engine = await Engine.StartAsync(database, clock: cli.Time);
        await engine.ReceiveAsync("msg_1", Samples.Read("user.created"));

        var result = await cli.RunAsync("inbox", "list", "--json");

        using var line = JsonDocument.Parse(Assert.Single(result.Lines));
        var message = line.RootElement;
        Assert.Equal("2027-01-02T03:04:05.000Z", message.GetProperty("received_at").GetString());
        Assert.Equal("user.created", message.GetProperty("event_type").GetString());
        Assert.Equal(Samples.ObjectIdOf("user.created"), message.GetProperty("object_id").GetString());
        Assert.Equal("applied", message.GetProperty("result").GetString());
        Assert.Equal(JsonValueKind.Null, message.GetProperty("why").ValueKind);
        Assert.Equal(0, message.GetProperty("attempts").GetInt32());
        Assert.Equal(JsonValueKind.Number, message.GetProperty("sequence").ValueKind);
        Assert.True(message.GetProperty("payload_bytes").GetInt32() > 100);
        Assert.False(message.TryGetProperty("payload", out _));
    }

    [Fact]
    public async Task Show_tells_all_and_the_payload_on_demand()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var cli = new CliSession(database);
        await using var engine = await Engine.StartAsync(database, clock: cli.Time);
        var body = Samples.Read("user.created");
        await engine.ReceiveAsync("msg_1", body);

        var fields = await cli.RunAsync("inbox", "show", "msg_1");
        var pretty = await cli.RunAsync("inbox", "show", "msg_1", "--payload");
        var json = await cli.RunAsync("inbox", "show", "msg_1", "--payload", "--json");
        var raw = await cli.RunAsync("inbox", "show", "msg_1", "--payload", "--raw");

        Assert.Equal((0, ""), (fields.ExitCode, fields.Error));
        Assert.Contains("result           applied\n", fields.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\"data\"", fields.Out, StringComparison.Ordinal);
        Assert.StartsWith(fields.Out, pretty.Out, StringComparison.Ordinal);
        Assert.True(JsonElement.DeepEquals(Samples.Json("user.created"), JsonElement.Parse(pretty.Out[fields.Out.Length..])));
        Assert.Contains($"\n  \"data\": {{\n    ", pretty.Out, StringComparison.Ordinal);
        Assert.Equal(Encoding.UTF8.GetString(body), JsonElement.Parse(json.Out).GetProperty("payload").GetString());
        Assert.Equal((0, ""), (raw.ExitCode, raw.Out));
        Assert.Equal(body, raw.Bytes);
    }

    [Fact]
    public async Task An_erased_payload_is_told()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var cli = new CliSession(database);
        await using var engine = await Engine.StartAsync(database, clock: cli.Time);
        await engine.ReceiveAsync("msg_1", Samples.Read("user.created"));
        await engine.ExecuteAsync("UPDATE {{inbox_messages}} SET payload = NULL");

        var shown = await cli.RunAsync("inbox", "show", "msg_1", "--payload");
        var json = await cli.RunAsync("inbox", "show", "msg_1", "--payload", "--json");
        var raw = await cli.RunAsync("inbox", "show", "msg_1", "--raw");
        var missing = await cli.RunAsync("inbox", "show", "msg_2");

        Assert.Equal(1, shown.ExitCode);
        Assert.Contains("result           applied\n", shown.Out, StringComparison.Ordinal);
        Assert.Contains("error: The payload of msg_1 is not kept any more", shown.Error, StringComparison.Ordinal);
        Assert.Equal(1, json.ExitCode);
        Assert.Equal(JsonValueKind.Null, JsonElement.Parse(json.Out).GetProperty("payload").ValueKind);
        Assert.Contains("\"payload_erased\"", json.Error, StringComparison.Ordinal);
        Assert.Equal((1, "", 0), (raw.ExitCode, raw.Out, raw.Bytes.Length));
        Assert.Equal((1, ""), (missing.ExitCode, missing.Out));
        Assert.Contains("The inbox has no message 'msg_2'.", missing.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Control_characters_never_reach_the_terminal(bool isTerminal)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var cli = new CliSession(database) { IsTerminal = isTerminal, Environment = { ["NO_COLOR"] = "1" } };
        await using var engine = await Engine.StartAsync(database, clock: cli.Time);
        var id = $"msg_\u001b]0;title\a{Escape}";
        await engine.ReceiveAsync(id, Encoding.UTF8.GetBytes($"not JSON {Escape}\u001b[2J\r\n"));
        await engine.ReceiveAsync("msg_2", Encoding.UTF8.GetBytes($"{{\"type\":\"user.created\",\"object\":\"event\",\"data\":{{\"id\":\"user_1\",\"first_name\":\"{Escape}\u007f\"}}}}"));
        await engine.ExecuteAsync($"UPDATE {{{{inbox_messages}}}} SET why = '\u001b[2J', object_id = '\u001b[2J', instance_id = '{Escape}'");

        foreach (var args in (string[][])
            [
                ["inbox", "list"], ["inbox", "list", "--json"], ["inbox", "show", id, "--payload"], ["inbox", "show", id, "--payload", "--json"], ["inbox", "show", "msg_2", "--payload"],
                ["inbox", "show", "msg_\u001b[2J"], ["inbox", "replay", id], ["inbox", "replay", id, "--dry-run"], ["inbox", "replay", "msg_\u001b[2J"], ["status"],
            ])
        {
            var result = await cli.RunAsync(args);
            Assert.DoesNotContain(Plain(result.Out) + Plain(result.Error), letter => char.IsControl(letter) && letter is not '\n');
        }

        var raw = await cli.RunAsync("inbox", "show", "msg_2", "--raw");
        Assert.Equal(isTerminal ? (1, 0) : (0, raw.Bytes.Length), (raw.ExitCode, raw.Bytes.Length));
        Assert.Equal(!isTerminal, raw.Bytes.Length > 0);

        // a table's own sequences, which hold no text from outside, are not in question
        string Plain(string text) => isTerminal ? System.Text.RegularExpressions.Regex.Replace(text, "\u001b\\[[0-9;]*m", "") : text;
    }

    [Fact]
    public async Task Tail_shows_the_last_and_every_new_message_until_it_is_interrupted()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var cli = new CliSession(database);
        await using var engine = await Engine.StartAsync(database, new ReceivingOptions { InstanceId = "ins_00000000000000000000000000a" }, cli.Time);
        for (var i = 0; i < 12; i++)
            await engine.ReceiveAsync($"msg_old{i}", Samples.Read("user.created"));
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var output = new LineWriter();

        var running = cli.RunAsync(output, interrupt.Token, "inbox", "tail");

        for (var i = 2; i < 12; i++)
        {
            Assert.Contains($"msg_old{i} ", await output.Lines.ReadAsync(interrupt.Token), StringComparison.Ordinal);
            Assert.StartsWith("    The event belongs to instance", await output.Lines.ReadAsync(interrupt.Token), StringComparison.Ordinal);
        }

        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(TimeSpan.FromSeconds(1), await cli.Timers.Reader.ReadAsync(interrupt.Token));
            await engine.ReceiveAsync($"msg_a{round}", "[]"u8.ToArray());
            await engine.ReceiveAsync($"msg_b{round}", "[]"u8.ToArray());
            cli.Time.Advance(TimeSpan.FromSeconds(1));
            foreach (var name in (string[])["a", "b"])
            {
                Assert.Matches($"^2027-01-02 03:04:0{5 + round}Z  msg_{name}{round} .* unreadable$", await output.Lines.ReadAsync(interrupt.Token));
                Assert.StartsWith("    ", await output.Lines.ReadAsync(interrupt.Token), StringComparison.Ordinal);
            }
        }

        await interrupt.CancelAsync();
        Assert.Equal((130, ""), ((await running).ExitCode, (await running).Error));
    }

    [Fact]
    public async Task Tail_filters_and_writes_json()
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var cli = new CliSession(database);
        await using var engine = await Engine.StartAsync(database, clock: cli.Time);
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var output = new LineWriter();

        var running = cli.RunAsync(output, interrupt.Token, "inbox", "tail", "--json", "--type", "user.created");
        await cli.Timers.Reader.ReadAsync(interrupt.Token);
        await engine.ReceiveAsync("msg_1", Samples.Read("email.created"));
        await engine.ReceiveAsync("msg_2", Samples.Read("user.created"));
        cli.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("msg_2", JsonElement.Parse(await output.Lines.ReadAsync(interrupt.Token)).GetProperty("id").GetString());
        await interrupt.CancelAsync();
        Assert.Equal(130, (await running).ExitCode);
    }

    [Theory]
    [InlineData("--result 'ded' is no result.", "Did you mean 'dead'?", "list", "--result", "ded")]
    [InlineData("--limit 0 is out of range.", "from 1 to 100000", "list", "--limit", "0")]
    [InlineData("--limit 'all' is not a whole number.", "--limit 3", "list", "--limit", "all")]
    [InlineData("--raw and --json exclude each other.", "one of them", "show", "msg_1", "--raw", "--json")]
    [InlineData("There is no message to replay.", "--result dead", "replay")]
    [InlineData("Ids and --result are given", "or --result", "replay", "msg_1", "--result", "dead")]
    [InlineData("--result 'applied' is no result.", "Known are: ignored, unreadable, deferred, dead.", "replay", "--result", "applied")]
    [InlineData("'--dryrun' is not an option of 'clerksync inbox replay'.", "Did you mean '--dry-run'?", "replay", "msg_1", "--dryrun")]
    public async Task A_mistake_is_named_before_the_database_is_asked(string message, string next, params string[] args)
    {
        using var cli = new CliSession();

        var result = await cli.RunAsync(["inbox", .. args]);

        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Contains(next, result.Error, StringComparison.Ordinal);
    }

    private static async Task<string[]> IdsAsync(CliSession cli, params string[] args)
    {
        var result = await cli.RunAsync(["inbox", "list", "--json", .. args]);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        return [.. result.Lines.Select(line => JsonElement.Parse(line).GetProperty("id").GetString()!)];
    }
}

public sealed class SqliteInboxCommandTests(PostgresServer postgres) : InboxCommandTests(DatabaseKind.Sqlite, postgres);

public sealed class PostgreSqlInboxCommandTests(PostgresServer postgres) : InboxCommandTests(DatabaseKind.PostgreSql, postgres);
