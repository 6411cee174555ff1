using System.Text.Json;
using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Events;

namespace ClerkSync.Database.Tests.Cli;

/// <summary>Runs of handlers in <c>clerksync inbox list</c> and <c>show</c>.</summary>
public abstract class InboxRunTests(DatabaseKind kind, PostgresServer postgres)
{
    /// <summary>As an error may have it: control sequences of seven and of eight bits, and a second line.</summary>
    private const string Hostile = "\u001b[2J\u009b31mred\r\nsecond line";

    [Fact]
    public async Task A_run_that_is_dead_after_its_schedule_is_listed_shown_replayed_and_succeeds()
    {
        var isRepaired = false;
        await using var session = await RunSession.StartAsync(kind, postgres, (h, s) => h
            .AddHandler<UserCreated>(o => (o.Name, o.Jitter) = ("welcome", 0), (e, context, token) => isRepaired ? s.Note(e, context, token) : RunSession.Fail(e, context, token)));
        await session.Engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));

        await session.WorkAsync();
        Assert.Equal(["msg_1 welcome retrying 1 2027-01-02T03:04:10.000Z"], await session.ReadAsync("message_id handler state attempts due_at", "inbox", "list", "--state", "retrying"));
        for (var hour = 0; hour < 30; hour++)
        {
            await session.WorkAsync();
            session.Cli.Time.Advance(TimeSpan.FromHours(1));
        }

        var listed = await session.Cli.RunAsync("inbox", "list", "--state", "dead");
        Assert.Equal((0, ""), (listed.ExitCode, listed.Error));
        Assert.Matches(@"2027-01-02 03:04:05Z +msg_1 +user\.created +user_1 +welcome +dead +8 +- +InvalidOperationException: the mail server is away", listed.Out);
        var shown = await session.Cli.RunAsync("inbox", "show", "msg_1");
        Assert.Contains("\nHandler welcome: dead, 8 attempts\n   1  2027-01-02T03:04:05.000Z      0 ms  retrying  InvalidOperationException: the mail server is away\n", shown.Out, StringComparison.Ordinal);
        Assert.Matches(@"\n +8  2027-01-03T.* dead  InvalidOperationException: the mail server is away\n$", shown.Out);
        Assert.Equal(1, (await session.Cli.RunAsync("status")).ExitCode);

        isRepaired = true;
        var replayed = await session.Cli.RunAsync("inbox", "replay", "msg_1", "--handler", "welcome");
        Assert.Equal((0, "msg_1  user.created  welcome  dead -> pending\n"), (replayed.ExitCode, replayed.Out));
        Assert.Equal("1 due now, 0 refused\nA running server that has the handler works on them. 'clerksync inbox show <id>' tells what came of it.\n", replayed.Error);
        await session.WorkAsync();

        var context = Assert.Single(session.Calls);
        Assert.Equal((true, 1, "msg_1"), (context.IsReplay, context.Attempt, context.MessageId));
        Assert.Empty(await session.ReadAsync("id", "inbox", "list", "--state", "dead"));
        Assert.Equal(["msg_1 succeeded 1 True "], await session.ReadAsync("message_id state attempts is_replay error", "inbox", "list", "--handler", "welcome"));
        Assert.Contains("\nHandler welcome: succeeded, 1 attempt, replay\n", (await session.Cli.RunAsync("inbox", "show", "msg_1")).Out, StringComparison.Ordinal);
        Assert.Equal(0, (await session.Cli.RunAsync("status")).ExitCode);
    }

    [Fact]
    public async Task Runs_are_filtered_newest_first()
    {
        await using var session = await RunSession.StartAsync(kind, postgres, (h, s) => h
            .AddHandler<UserEvent>(o => o.Name = "mail", s.Note)
            .AddHandler<ClerkEvent>(o => o.Name = "audit", RunSession.Fail));
        await session.Engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        await session.Engine.ReceiveAsync("msg_2", Bodies.User("user.created", "user_2", 0));
        await session.Engine.ReceiveAsync("msg_3", Bodies.User("user.updated", "user_1", 1));
        Assert.Equal(5, (await session.ReadAsync("id", "inbox", "list", "--state", "pending", "--limit", "5")).Length);
        await session.WorkAsync();

        Task<string[]> ListAsync(params string[] args) => session.ReadAsync("message_id handler", ["inbox", "list", .. args]);
        Assert.Equal(["msg_3 mail", "msg_2 mail", "msg_1 mail"], await ListAsync("--handler", "mail"));
        Assert.Equal(["msg_3 mail", "msg_2 mail", "msg_1 mail"], await ListAsync("--state", "succeeded"));
        Assert.Equal(["msg_2 audit", "msg_1 audit"], await ListAsync("--state", "retrying"));
        Assert.Equal(["msg_3 audit"], await ListAsync("--state", "pending"));
        Assert.Equal(["msg_3 mail", "msg_1 mail"], await ListAsync("--handler", "mail", "--object", "user_1"));
        Assert.Equal(["msg_3 mail"], await ListAsync("--handler", "mail", "--type", "user.updated"));
        Assert.Equal(["msg_3 mail", "msg_2 mail"], await ListAsync("--handler", "mail", "--limit", "2"));
        Assert.Equal("No runs.\n", (await session.Cli.RunAsync("inbox", "list", "--state", "dead")).Error);
        Assert.Contains("There may be more", (await session.Cli.RunAsync("inbox", "list", "--handler", "mail", "--limit", "2")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mistakes_are_named()
    {
        await using var session = await RunSession.StartAsync(kind, postgres, (h, s) => h.AddHandler<UserEvent>(o => o.Name = "welcome-email", s.Note));

        async Task<(int, string)> ErrorAsync(params string[] args) => (await session.Cli.RunAsync(args)) is var outcome ? (outcome.ExitCode, outcome.Error.Split('\n')[0]) : default;
        Assert.Equal((2, "error: --state is about runs of handlers, and --result about messages."), await ErrorAsync("inbox", "list", "--state", "dead", "--result", "dead"));
        Assert.Equal((2, "error: --handler is about runs of handlers, and --result about messages."), await ErrorAsync("inbox", "list", "--handler", "welcome-email", "--result", "dead"));
        Assert.Equal((2, "error: --state 'deed' is no state of a run."), await ErrorAsync("inbox", "list", "--state", "deed"));
        Assert.Equal((1, "error: --handler 'welcom': no server with such a handler has ever started on this database."), await ErrorAsync("inbox", "list", "--handler", "welcom"));
        Assert.Contains("Did you mean 'welcome-email'?", (await session.Cli.RunAsync("inbox", "list", "--handler", "welcome-emai")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Programs_get_each_attempt_and_the_answer()
    {
        await using var session = await RunSession.StartAsync(kind, postgres, (h, s) => h
            .AddHandler<UserCreated>(o => o.Name = "a", RunSession.Fail)
            .AddHandler<UserCreated>(o => o.Name = "b", s.Note));
        await session.Engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        await session.WorkAsync();
        await session.Engine.ExecuteAsync("UPDATE {{handler_runs}} SET answer_status = 502, answer = 'Bad gateway' WHERE handler = 'a'");

        var shown = JsonElement.Parse((await session.Cli.RunAsync("inbox", "show", "msg_1", "--json")).Out).GetProperty("runs");

        Assert.Equal(["a", "b"], shown.EnumerateArray().Select(r => r.GetProperty("handler").GetString()));
        Assert.Equal((502, "Bad gateway", "retrying"), (shown[0].GetProperty("answer_status").GetInt32(), shown[0].GetProperty("answer").GetString(), shown[0].GetProperty("state").GetString()));
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (shown[1].GetProperty("answer_status").ValueKind, shown[1].GetProperty("due_at").ValueKind));
        var attempt = Assert.Single(shown[0].GetProperty("history").EnumerateArray());
        Assert.Equal(
            """{"attempt":1,"replay":false,"started_at":"2027-01-02T03:04:05.000Z","ended_at":"2027-01-02T03:04:05.000Z","duration_ms":0,"state":"retrying","error":"InvalidOperationException: the mail server is away","status":null}""",
            attempt.GetRawText());
        Assert.Contains("\n  The last answer was 502: Bad gateway\n", (await session.Cli.RunAsync("inbox", "show", "msg_1")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Errors_and_answers_cannot_act_on_the_terminal()
    {
        await using var session = await RunSession.StartAsync(kind, postgres, (h, _) => h.AddHandler<UserCreated>(o => o.Name = "a", (_, _, _) => throw new InvalidOperationException(Hostile)));
        await session.Engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        await session.WorkAsync();
        await session.Engine.ExecuteAsync($"UPDATE {{{{handler_runs}}}} SET answer_status = 500, answer = '{Hostile}'");

        foreach (var isTerminal in (bool[])[false, true])
        {
            session.Cli.IsTerminal = isTerminal;
            session.Cli.Environment["NO_COLOR"] = "1";
            foreach (var args in (string[][])[["inbox", "list", "--state", "retrying"], ["inbox", "show", "msg_1"], ["inbox", "show", "msg_1", "--json"]])
                Assert.DoesNotContain((await session.Cli.RunAsync(args)).Out, letter => letter == '\u009b' || (char.IsControl(letter) && letter is not ('\n' or '\u001b')));
        }

        session.Cli.IsTerminal = false;
        Assert.DoesNotContain("second line", (await session.Cli.RunAsync("inbox", "list", "--state", "retrying")).Out, StringComparison.Ordinal);
        var shown = (await session.Cli.RunAsync("inbox", "show", "msg_1")).Out;
        Assert.Contains("InvalidOperationException: [2J 31mred second line", shown, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', shown);
    }
}

public sealed class SqliteInboxRunTests(PostgresServer postgres) : InboxRunTests(DatabaseKind.Sqlite, postgres);

public sealed class PostgreSqlInboxRunTests(PostgresServer postgres) : InboxRunTests(DatabaseKind.PostgreSql, postgres);
