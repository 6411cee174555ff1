using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Events;
using ClerkSync.Inbox;

namespace ClerkSync.Database.Tests.Cli;

/// <summary><c>clerksync inbox discard</c>.</summary>
public abstract class InboxDiscardTests(DatabaseKind kind, PostgresServer postgres)
{
    private const string Unsettled = "SELECT count(*) FROM {{handler_runs}} WHERE state <> 'succeeded'";

    private const string Lines = "SELECT count(*) FROM {{handler_lines}}";

    [Fact]
    public async Task A_handler_that_is_gone_is_forgotten_with_its_runs_and_status_is_well()
    {
        await using var session = await RunSession.StartAsync(kind, postgres, (h, s) => h.AddHandler<UserEvent>(o => o.Name = "gone", RunSession.Fail).AddHandler<UserEvent>(o => o.Name = "mail", s.Note));
        await session.Engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        await session.Engine.ReceiveAsync("msg_2", Bodies.User("user.updated", "user_1", 1));
        await session.Engine.ReceiveAsync("msg_3", Bodies.User("user.created", "user_2", 0));
        await session.Engine.ReceiveAsync("msg_4", Bodies.User("user.created", "user_3", 0));
        await session.Engine.ReceiveAsync("msg_ignored", Bodies.Event("user.created", 0, """{"id":"user_4"}""", "ins_other"));
        await session.WorkAsync();
        await session.Engine.ExecuteAsync("UPDATE {{handler_runs}} SET state = 'dead' WHERE handler = 'gone' AND message_id = 'msg_3'");
        await session.Engine.ExecuteAsync("UPDATE {{handler_runs}} SET state = 'succeeded' WHERE handler = 'gone' AND message_id = 'msg_4'");
        await session.RestartAsync((h, s) => h.AddHandler<UserEvent>(o => o.Name = "mail", s.Note));
        session.Cli.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, (await session.Cli.RunAsync("status")).ExitCode);

        var planned = await session.Cli.RunAsync("inbox", "discard", "--handler", "gone", "--dry-run");
        Assert.Equal("3", await session.Engine.ScalarAsync(Unsettled));
        var done = await session.Cli.RunAsync("inbox", "discard", "--handler", "gone");

        const string Forgotten = "forgotten; an application that has it makes it known again when it starts.\n";
        Assert.Equal(
            (0, "3 runs (1 pending, 1 retrying, 1 dead) would be discarded\n", $"Handler gone would be {Forgotten}Nothing was done.\n"), (planned.ExitCode, planned.Out, planned.Error));
        Assert.Equal((0, "3 runs (1 pending, 1 retrying, 1 dead) discarded\n", $"Handler gone is {Forgotten}"), (done.ExitCode, done.Out, done.Error));
        Assert.Equal("0 0 5", $"{await session.Engine.ScalarAsync(Unsettled)} {await session.Engine.ScalarAsync(Lines)} {await session.Engine.ScalarAsync("SELECT count(*) FROM {{handler_runs}}")}");
        var status = await session.Cli.RunAsync("status");
        Assert.Equal(0, status.ExitCode);
        Assert.Contains("Handlers   0 runs open; 0 dead\n", status.Out, StringComparison.Ordinal);

        await session.Engine.ExecuteAsync("UPDATE {{checkpoints}} SET value = 'ins_other' WHERE name = 'instance'");
        session.Cli.Environment["CLERK_INSTANCE_ID"] = "ins_other";
        Assert.Equal(0, (await session.Cli.RunAsync("inbox", "replay", "msg_ignored")).ExitCode);
        Assert.Equal([["mail"]], await session.Engine.QueryAsync("SELECT handler FROM {{handler_runs}} WHERE message_id = 'msg_ignored'"));
        Assert.Equal((0, "0 runs discarded\n", ""), await session.Cli.RunAsync("inbox", "discard", "--handler", "gone") is var again ? (again.ExitCode, again.Out, again.Error) : default);
    }

    [Fact]
    public async Task Only_runs_in_one_state_go_and_what_waited_behind_them_is_due()
    {
        await using var session = await RunSession.StartAsync(kind, postgres, (h, _) => h.AddHandler<UserEvent>(o => (o.Name, o.Jitter) = ("mail", 0), RunSession.Fail));
        await session.Engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        await session.Engine.ReceiveAsync("msg_2", Bodies.User("user.updated", "user_1", 1));
        await session.WorkAsync();
        await session.RestartAsync((h, s) => h.AddHandler<UserEvent>(o => o.Name = "mail", s.Note));

        Assert.Equal(
            ["""mail {"pending":0,"running":0,"retrying":1,"dead":0} 0 False True"""],
            await session.ReadAsync("handler discarded left_alone forgotten dry_run", "inbox", "discard", "--handler", "mail", "--state", "retrying", "--dry-run"));
        Assert.Equal(
            ["""mail {"pending":0,"running":0,"retrying":1,"dead":0} 0 False False"""],
            await session.ReadAsync("handler discarded left_alone forgotten dry_run", "inbox", "discard", "--handler", "mail", "--state", "retrying"));
        await session.WorkAsync();

        Assert.Equal(["msg_2"], session.Calls.Select(c => c.MessageId));
        Assert.Equal("0 1", $"{await session.Engine.ScalarAsync(Lines)} {await session.Engine.ScalarAsync("SELECT count(*) FROM {{checkpoints}} WHERE name = 'handler:mail'")}");
    }

    [Fact]
    public async Task A_run_that_a_worker_is_busy_with_is_left_alone_until_its_lease_ends()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var mayEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var session = await RunSession.StartAsync(kind, postgres, (h, _) => h.AddHandler<UserEvent>(o => o.Name = "slow", async (_, _, _) =>
        {
            begun.TrySetResult();
            await mayEnd.Task;
        }));
        await session.Engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        await session.Engine.ReceiveAsync("msg_2", Bodies.User("user.updated", "user_1", 1));
        var work = session.WorkAsync();
        await begun.Task.WithinLimitAsync("a handler that begins");

        var planned = await session.Cli.RunAsync("inbox", "discard", "--handler", "slow", "--dry-run");
        var busy = await session.Cli.RunAsync("inbox", "discard", "--handler", "slow");
        const string LeftAlone = "1 left alone: a server is working on that just now, or died in the middle. Stop it, or repeat this a minute later.\n";
        Assert.Equal((0, "1 run (1 pending) would be discarded\n", LeftAlone + "Nothing was done.\n"), (planned.ExitCode, planned.Out, planned.Error));
        Assert.Equal((0, "1 run (1 pending) discarded\n", LeftAlone), (busy.ExitCode, busy.Out, busy.Error));

        await session.Engine.ExecuteAsync("UPDATE {{handler_lines}} SET leased_until = '2001-01-01T00:00:00.000Z'");
        var died = await session.Cli.RunAsync("inbox", "discard", "--handler", "slow");
        mayEnd.SetResult();
        await work;

        Assert.Equal("1 run (1 running) discarded\n", died.Out);
        Assert.Equal("0 0", $"{await session.Engine.ScalarAsync("SELECT count(*) FROM {{handler_runs}}")} {await session.Engine.ScalarAsync(Lines)}");
    }

    [Fact]
    public async Task Many_runs_go_over_pages_and_so_do_lines_whose_runs_are_gone()
    {
        await using var session = await RunSession.StartAsync(kind, postgres, (h, s) => h.AddHandler<UserEvent>(o => o.Name = "gone", s.Note).AddHandler<UserEvent>(o => o.Name = "mail", s.Note));
        await Task.WhenAll(Enumerable.Range(0, 1001).Select(i => session.Engine.ReceiveAsync($"msg_{i}", Bodies.User("user.created", $"user_{i}", 0))));
        await session.Engine.ExecuteAsync("UPDATE {{handler_runs}} SET state = 'dead' WHERE sequence % 3 = 0");
        await session.Engine.ExecuteAsync("DELETE FROM {{handler_runs}} WHERE handler = 'gone' AND message_id = 'msg_7'");

        var done = await session.Cli.RunAsync("inbox", "discard", "--handler", "gone");

        Assert.StartsWith("1000 runs (", done.Out, StringComparison.Ordinal);
        Assert.Equal([["mail", "1001"]], await session.Engine.QueryAsync("SELECT handler, count(*) FROM {{handler_runs}} GROUP BY handler"));
        Assert.Equal([["mail", "1001"]], await session.Engine.QueryAsync("SELECT handler, count(*) FROM {{handler_lines}} GROUP BY handler"));
    }

    [Fact]
    public async Task Payloads_that_were_kept_for_such_runs_are_erased()
    {
        await using var session = await RunSession.StartAsync(kind, postgres, (h, s) => h.AddHandler<UserEvent>(o => o.Name = "gone", s.Note));
        var cleaner = new InboxCleaner(session.Engine.Database, new(), session.Cli.Time);
        await session.Engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        await session.Engine.ReceiveAsync("msg_2", Bodies.Deleted("user.deleted", "user_1", 1));
        Assert.Equal(0, await cleaner.EraseEndedAsync(CancellationToken.None));

        Assert.Equal("2 runs (2 pending) discarded\n", (await session.Cli.RunAsync("inbox", "discard", "--handler", "gone")).Out);

        Assert.Equal(2, await cleaner.EraseEndedAsync(CancellationToken.None));
        Assert.Equal("0", await session.Engine.ScalarAsync("SELECT count(*) FROM {{inbox_messages}} WHERE payload IS NOT NULL"));
    }

    [Fact]
    public async Task Discards_replays_and_workers_never_lock_each_other_out()
    {
        await using var session = await RunSession.StartAsync(kind, postgres, (h, s) => h.AddHandler<UserEvent>(o => o.Name = "mail", s.Note));
        string[] ids = [.. Enumerable.Range(0, 10).Select(i => $"msg_{i}")];
        foreach (var id in ids)
            await session.Engine.ReceiveAsync(id, Bodies.User("user.created", $"user_{id}", 0));

        async Task<int[]> RepeatAsync(params string[] args)
        {
            var codes = new List<int>();
            for (var i = 0; i < 10; i++)
                codes.Add((await session.Cli.RunAsync(args)).ExitCode);
            return [.. codes];
        }

        var others = Task.WhenAll(
            RepeatAsync(["inbox", "replay", "--handler", "mail", .. ids]),
            RepeatAsync("inbox", "replay", "--state", "dead"),
            RepeatAsync("inbox", "discard", "--handler", "mail", "--state", "pending"));
        while (!others.IsCompleted)
            await session.WorkAsync();
        await session.WorkAsync();

        Assert.All((await others).SelectMany(c => c), code => Assert.Equal(0, code));
        Assert.Equal("0 0", $"{await session.Engine.ScalarAsync(Unsettled)} {await session.Engine.ScalarAsync(Lines)}");
    }

    [Fact]
    public async Task Mistakes_are_named()
    {
        await using var session = await RunSession.StartAsync(kind, postgres, (h, s) => h.AddHandler<UserEvent>(o => o.Name = "mail", s.Note));

        async Task<(int, string)> ErrorAsync(params string[] args) => (await session.Cli.RunAsync(["inbox", "discard", .. args])) is var outcome ? (outcome.ExitCode, outcome.Error.Split('\n')[0]) : default;
        Assert.Equal((2, "error: --handler is missing: whose runs are to be discarded?"), await ErrorAsync());
        Assert.Equal((2, "error: --state 'succeeded' is no state of a run that can be discarded."), await ErrorAsync("--handler", "mail", "--state", "succeeded"));
        Assert.Equal((1, "error: --handler 'mial': no server with such a handler has ever started on this database."), await ErrorAsync("--handler", "mial"));
        Assert.Contains("Did you mean 'mail'?", (await session.Cli.RunAsync("inbox", "discard", "--handler", "mial")).Error, StringComparison.Ordinal);
    }
}

public sealed class SqliteInboxDiscardTests(PostgresServer postgres) : InboxDiscardTests(DatabaseKind.Sqlite, postgres);

public sealed class PostgreSqlInboxDiscardTests(PostgresServer postgres) : InboxDiscardTests(DatabaseKind.PostgreSql, postgres);
