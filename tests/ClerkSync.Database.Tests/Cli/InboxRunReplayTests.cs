using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Events;
using ClerkSync.Handlers;

namespace ClerkSync.Database.Tests.Cli;

/// <summary><c>clerksync inbox replay --handler</c> and <c>--state dead</c>.</summary>
public abstract class InboxRunReplayTests(DatabaseKind kind, PostgresServer postgres)
{
    [Fact]
    public async Task A_handler_handles_an_event_that_is_older_than_itself()
    {
        await using var session = await RunSession.StartAsync(kind, postgres, (_, _) => { });
        await session.Engine.ReceiveAsync("msg_new", Bodies.User("user.updated", "user_1", 5));
        await session.Engine.ReceiveAsync("msg_old", Bodies.User("user.created", "user_1", 0));
        await session.RestartAsync((h, s) => h.AddHandler<UserEvent>(o => o.Name = "mail", s.Note));

        var planned = await session.Cli.RunAsync("inbox", "replay", "msg_old", "--handler", "mail", "--dry-run");
        Assert.Equal((0, "msg_old  user.created  mail  new\n", "1 would be replayed, 0 refused. Nothing was done.\n"), (planned.ExitCode, planned.Out, planned.Error));
        await session.WorkAsync();
        Assert.Empty(session.Calls);

        Assert.Equal(["msg_old user.created mail  pending"], await session.ReadAsync("id event_type handler before state", "inbox", "replay", "msg_old", "--handler", "mail"));
        await session.WorkAsync();
        Assert.Equal(["msg_old pending"], [.. (await session.ReadAsync("message_id state", "inbox", "list", "--state", "pending")), .. session.Calls.Select(c => $"{c.MessageId} pending")]);
        var context = Assert.Single(session.Calls);
        Assert.Equal((true, true, true), (context.IsReplay, context.IsStale, context.IsApplied));

        Assert.Equal(["succeeded pending"], await session.ReadAsync("before state", "inbox", "replay", "msg_old", "--handler", "mail"));
        await session.WorkAsync();
        Assert.Equal(2, session.Calls.Count);
        Assert.Equal("1", await session.Engine.ScalarAsync("SELECT count(*) FROM {{handler_runs}}"));
    }

    [Fact]
    public async Task What_cannot_be_handled_is_refused_and_the_rest_is_done()
    {
        await using var session = await RunSession.StartAsync(kind, postgres, (h, s) => h.AddHandler<UserEvent>(o => o.Name = "mail", s.Note));
        await session.Engine.ReceiveAsync("msg_good", Bodies.User("user.created", "user_1", 0));
        await session.Engine.ReceiveAsync("msg_erased", Bodies.User("user.created", "user_2", 0));
        await session.Engine.ReceiveAsync("msg_other_type", Samples.Read("organization.created"));
        await session.Engine.ReceiveAsync("msg_ignored", Bodies.Event("user.created", 0, """{"id":"user_3"}""", "ins_1"));
        await session.Engine.ReceiveAsync("msg_unreadable", Bodies.Text("no JSON"));
        await session.Engine.ReceiveAsync("msg_deferred", Bodies.User("user.created", "user_4", 0));
        await session.Engine.ReceiveAsync("msg_given_up", Bodies.User("user.created", "user_5", 0));
        await session.WorkAsync();
        await session.Engine.ExecuteAsync("UPDATE {{inbox_messages}} SET payload = NULL WHERE id = 'msg_erased'");
        await session.Engine.ExecuteAsync("UPDATE {{inbox_messages}} SET result = 'deferred' WHERE id = 'msg_deferred'");
        await session.Engine.ExecuteAsync("UPDATE {{inbox_messages}} SET result = 'dead' WHERE id = 'msg_given_up'");

        string[] args = ["inbox", "replay", "msg_erased", "msg_other_type", "msg_ignored", "msg_unreadable", "msg_deferred", "msg_none", "msg_given_up", "msg_good", "msg_good", "--handler", "mail"];
        var planned = await session.Cli.RunAsync([.. args, "--dry-run"]);
        var words = await session.Cli.RunAsync(args);

        Assert.Equal((1, "2 would be replayed, 6 refused. Nothing was done.\n"), (planned.ExitCode, planned.Error));
        Assert.Equal(1, words.ExitCode);
        Assert.StartsWith("2 due now, 6 refused\n", words.Error, StringComparison.Ordinal);
        Assert.Contains("msg_erased  user.created  mail  refused\n    The payload of msg_erased is not kept any more.", words.Out, StringComparison.Ordinal);
        Assert.Contains("msg_other_type  organization.created  mail  refused\n    Handler \"mail\" does not take organization.created.", words.Out, StringComparison.Ordinal);
        Assert.Contains("msg_ignored is ignored, so there is nothing to handle. Apply it first: clerksync inbox replay msg_ignored.", words.Out, StringComparison.Ordinal);
        Assert.Contains("msg_unreadable is unreadable, so", words.Out, StringComparison.Ordinal);
        Assert.Contains("msg_deferred still waits to be applied.", words.Out, StringComparison.Ordinal);
        Assert.Contains("msg_none  -  mail  refused\n    The inbox has no message 'msg_none'.", words.Out, StringComparison.Ordinal);
        Assert.Contains("msg_good  user.created  mail  succeeded -> pending\n", words.Out, StringComparison.Ordinal);
        Assert.Equal(
            ["payload_erased", "type_not_taken", "not_applied", "not_applied", "not_applied", "no_such_message"],
            await session.ReadAsync("error", [.. args.Where(a => a is not ("msg_good" or "msg_given_up"))]));
    }

    [Fact]
    public async Task All_dead_runs_of_one_handler_or_of_all_are_replayed_over_pages()
    {
        var isRepaired = false;
        Task HandleAsync(RunSession session, ClerkEvent e, ClerkEventContext context, CancellationToken token) => isRepaired ? session.Note(e, context, token) : RunSession.Fail(e, context, token);
        await using var session = await RunSession.StartAsync(kind, postgres, (h, s) =>
        {
            foreach (var name in (string[])["mail", "audit"])
            {
                h.AddHandler<UserEvent>(
                    o =>
                    {
                        (o.Name, o.MaxConcurrency) = (name, 200);
                        o.RetryDelays.Clear();
                    },
                    (e, context, token) => HandleAsync(s, e, context, token));
            }
        });
        await Task.WhenAll(Enumerable.Range(0, 501).Select(i => session.Engine.ReceiveAsync($"msg_{i}", Bodies.User("user.created", $"user_{i}", 0))));
        await session.WorkAsync();
        await session.Engine.ExecuteAsync("UPDATE {{inbox_messages}} SET payload = NULL WHERE id = 'msg_7'");

        var planned = await session.Cli.RunAsync("inbox", "replay", "--state", "dead", "--dry-run");
        Assert.Equal((1, "1000 would be replayed, 2 refused. Nothing was done.\n"), (planned.ExitCode, planned.Error));
        isRepaired = true;
        var one = await session.Cli.RunAsync("inbox", "replay", "--state", "dead", "--handler", "mail");
        Assert.Equal(1, one.ExitCode);
        Assert.StartsWith("500 due now, 1 refused\n", one.Error, StringComparison.Ordinal);
        await session.WorkAsync();
        Assert.Equal(500, session.Calls.Select(c => (c.HandlerName, c.MessageId)).Distinct().Count(c => c.HandlerName == "mail"));
        var all = await session.Cli.RunAsync("inbox", "replay", "--state", "dead");
        Assert.StartsWith("500 due now, 2 refused\n", all.Error, StringComparison.Ordinal);
        await session.WorkAsync();

        Assert.Equal(1000, session.Calls.Count);
        Assert.Equal("2", await session.Engine.ScalarAsync("SELECT count(*) FROM {{handler_runs}} WHERE state <> 'succeeded'"));
        Assert.Equal("0", await session.Engine.ScalarAsync("SELECT count(*) FROM {{handler_lines}}"));
    }

    [Fact]
    public async Task A_run_that_is_being_worked_on_is_left_alone()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var mayEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var session = await RunSession.StartAsync(kind, postgres, (h, s) => h.AddHandler<UserEvent>(o => o.Name = "slow", async (e, context, token) =>
        {
            await s.Note(e, context, token);
            begun.TrySetResult();
            await mayEnd.Task;
        }));
        await session.Engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        await session.Engine.ReceiveAsync("msg_2", Bodies.User("user.updated", "user_1", 1));
        var work = session.WorkAsync();
        await begun.Task.WithinLimitAsync("a handler that begins");

        Assert.Contains("\n   1  2027-01-02T03:04:05.000Z  has begun\n", (await session.Cli.RunAsync("inbox", "show", "msg_1")).Out, StringComparison.Ordinal);
        var replayed = await session.Cli.RunAsync("inbox", "replay", "msg_1", "msg_2", "--handler", "slow");
        mayEnd.SetResult();
        await work;

        Assert.Equal(0, replayed.ExitCode);
        Assert.Contains("msg_1  user.created  slow  running\n    A server is working on it just now", replayed.Out, StringComparison.Ordinal);
        Assert.Contains("msg_2  user.updated  slow  pending -> pending\n", replayed.Out, StringComparison.Ordinal);
        Assert.StartsWith("1 due now, 1 left alone, 0 refused\n", replayed.Error, StringComparison.Ordinal);
        Assert.Equal([("msg_1", false), ("msg_2", true)], session.Calls.Select(c => (c.MessageId, c.IsReplay)));
    }

    [Fact]
    public async Task Replays_and_workers_never_lock_each_other_out()
    {
        await using var session = await RunSession.StartAsync(kind, postgres, (h, s) => h.AddHandler<UserEvent>(o => o.Name = "mail", s.Note));
        string[] ids = [.. Enumerable.Range(0, 10).Select(i => $"msg_{i}")];
        foreach (var id in ids)
            await session.Engine.ReceiveAsync(id, Bodies.User("user.created", $"user_{id}", 0));

        async Task<int[]> ReplayAsync(IEnumerable<string> some)
        {
            var codes = new List<int>();
            for (var i = 0; i < 10; i++)
                codes.Add((await session.Cli.RunAsync(["inbox", "replay", "--handler", "mail", .. some])).ExitCode);
            return [.. codes];
        }

        var replays = Task.WhenAll(ReplayAsync(ids), ReplayAsync(ids.Reverse()));
        while (!replays.IsCompleted)
            await session.WorkAsync();
        await session.WorkAsync();

        Assert.All((await replays).SelectMany(c => c), code => Assert.Equal(0, code));
        Assert.Equal("10 0", $"{await session.Engine.ScalarAsync("SELECT count(*) FROM {{handler_runs}} WHERE state = 'succeeded'")} {await session.Engine.ScalarAsync("SELECT count(*) FROM {{handler_lines}}")}");
    }

    [Fact]
    public async Task An_event_about_no_object_that_came_under_two_ids_is_replayed_in_its_own_line()
    {
        await using var session = await RunSession.StartAsync(kind, postgres, (h, s) => h.AddHandler<UnknownEvent>(o => o.Name = "unknown", s.Note));
        await session.Engine.ReceiveAsync("msg_1", Bodies.Event("some.thing", 0, """{"name":"x"}"""));
        await session.Engine.ReceiveAsync("msg_2", Bodies.Event("some.thing", 0, """{"name":"x"}"""));
        await session.WorkAsync();

        Assert.Equal(0, (await session.Cli.RunAsync("inbox", "replay", "msg_2", "--handler", "unknown")).ExitCode);
        await session.WorkAsync();

        Assert.Equal([("msg_1", false), ("msg_2", true)], session.Calls.Select(c => (c.MessageId, c.IsReplay)));
        Assert.Equal("1 0", $"{await session.Engine.ScalarAsync("SELECT count(*) FROM {{handler_runs}}")} {await session.Engine.ScalarAsync("SELECT count(*) FROM {{handler_lines}}")}");
    }

    [Fact]
    public async Task Mistakes_are_named()
    {
        await using var session = await RunSession.StartAsync(kind, postgres, (h, s) => h.AddHandler<UserEvent>(o => o.Name = "mail", s.Note));

        async Task<(int, string)> ErrorAsync(params string[] args) => (await session.Cli.RunAsync(["inbox", "replay", .. args])) is var outcome ? (outcome.ExitCode, outcome.Error.Split('\n')[0]) : default;
        Assert.Equal((2, "error: --handler says who is to handle, but not what."), await ErrorAsync("--handler", "mail"));
        Assert.Equal((2, "error: Ids and --state are given; what to replay is either."), await ErrorAsync("msg_1", "--state", "dead"));
        Assert.Equal((2, "error: --state is about runs of handlers, and --result about messages."), await ErrorAsync("--state", "dead", "--result", "dead"));
        Assert.Equal((2, "error: --state 'succeeded' is no state of a run that can be replayed."), await ErrorAsync("--state", "succeeded"));
        Assert.Equal((1, "error: --handler 'mial': no server with such a handler has ever started on this database."), await ErrorAsync("msg_1", "--handler", "mial"));
        Assert.Contains("Did you mean 'mail'?", (await session.Cli.RunAsync("inbox", "replay", "msg_1", "--handler", "mial")).Error, StringComparison.Ordinal);
    }
}

public sealed class SqliteInboxRunReplayTests(PostgresServer postgres) : InboxRunReplayTests(DatabaseKind.Sqlite, postgres);

public sealed class PostgreSqlInboxRunReplayTests(PostgresServer postgres) : InboxRunReplayTests(DatabaseKind.PostgreSql, postgres);
