using System.Globalization;
using ClerkSync.Database.Tests.Support;

namespace ClerkSync.EndToEnd.Tests;

/// <summary>Processes share four handlers on one database, and are killed or paused in the middle of them.</summary>
public sealed class HandlerProcessesTests(PostgresServer postgres)
{
    private const int Objects = 100;
    private const int Connections = 12;

    /// <summary>Longer than a busy machine lets a process that is well stand still.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(6);

    private static readonly int Count = Environment.GetEnvironmentVariable("CI") == "true" ? 10_000 : 2_000;

    /// <summary>
    /// Each of three processes is killed while it has a run of "change" that has saved its row and not ended, another whose row was
    /// just committed, and a run of "types" in its middle.
    /// </summary>
    [Fact]
    public async Task Every_run_succeeds_and_every_line_keeps_its_order_although_each_process_is_killed()
    {
        await using var hosts = await HandlerHosts.CreateAsync(postgres, Lease);
        ServerProcess[] servers = [await hosts.StartHeldAsync(), await hosts.StartHeldAsync(), await hosts.StartHeldAsync()];
        var killed = new HashSet<int>();
        var turn = 0;
        Uri Next() => servers[Interlocked.Increment(ref turn) % servers.Length].Webhook;
        using var client = new DeliveryClient(hosts.Secret);
        var load = new Load(client, Messages(), Next);
        Task[] moments = [.. servers.Select((_, i) => load.AcknowledgedAsync(Count * (i + 1) / 5))];
        var running = load.RunAsync(Connections);
        for (var i = 0; i < servers.Length; i++)
        {
            await moments[i];
            await hosts.HeldAsync(servers[i], "saved", "committed", "types");
            killed.Add(servers[i].ProcessId);

            // Not paused before it is dead: it dies with requests and runs in its hands.
            var killing = servers[i].KillAsync();
            load.Pause();
            await killing;
            hosts.Release(servers[i]);
            await servers[i].StartAsync();
            load.Resume();
        }

        await running;
        for (IReadOnlyList<Message> left = [.. load.Unacknowledged]; left.Count > 0; left = [.. load.Unacknowledged])
        {
            load = new(client, left, Next);
            await load.RunAsync(Connections);
        }

        var held = killed.ToArray();
        killed.Add(servers[0].ProcessId);
        await servers[0].KillAsync();
        await DrainAsync(hosts);

        await CheckRunsAsync(hosts);
        await CheckRepeatsAsync(hosts, held, [.. killed]);
    }

    [Fact]
    public async Task A_process_that_is_paused_beyond_its_lease_cannot_write_its_results()
    {
        await using var hosts = await HandlerHosts.CreateAsync(postgres, Lease);
        var paused = await hosts.StartHeldAsync();
        using var client = new DeliveryClient(hosts.Secret);
        Assert.True((await client.SendAsync(paused.Webhook, HandlerHosts.MessageOf("user.created", 0, 0))).IsAcknowledged);
        await hosts.HeldAsync(paused, "saved", "types");
        await UntilSucceededAsync(hosts, 2);
        const string Fences = "SELECT sum(fence)::bigint FROM clerksync.handler_lines";
        var before = await hosts.ScalarAsync(Fences);
        await paused.PauseAsync();

        // Another one takes both lines over, and holds them while the first wakes up and goes on.
        var other = await hosts.StartHeldAsync();
        await hosts.HeldAsync(other, "saved", "types");
        Assert.Equal(2, await hosts.ScalarAsync("SELECT count(*) FROM clerksync.handler_lines WHERE leased_until IS NOT NULL"));
        Assert.Equal(before + 2, await hosts.ScalarAsync(Fences));
        hosts.Release(paused);
        await paused.ContinueAsync();
        await Deadline.UntilAsync("the paused process has gone on", async () =>
            await hosts.ScalarAsync("SELECT count(*) FROM holds WHERE process = $1 AND is_over", paused.ProcessId) == 2);
        Assert.Equal(0, await paused.StopAsync());

        Assert.Equal(2, await hosts.ScalarAsync("SELECT count(*) FROM clerksync.handler_runs WHERE state = 'running' AND attempts = 2 AND history IS NULL"));
        Assert.Equal(before + 2, await hosts.ScalarAsync(Fences));
        Assert.Equal(0, await hosts.ScalarAsync("SELECT count(*) FROM effects"));
        foreach (var handler in new[] { "change", "types" })
            Assert.Contains($"Handler {handler} was paused for longer than its lease with message msg_0.", paused.Printed, StringComparison.Ordinal);

        hosts.Release(other);
        await UntilSucceededAsync(hosts, HandlerHosts.Handlers);
        Assert.Equal(0, await other.StopAsync());
        Assert.Equal(1, await hosts.ScalarAsync("SELECT count(*) FROM effects"));
        Assert.Equal(2, await hosts.ScalarAsync("SELECT count(*) FROM clerksync.handler_runs WHERE attempts = 2 AND jsonb_array_length(history::jsonb) = 1"));
        Assert.Equal(0, await hosts.ScalarAsync("SELECT count(*) FROM clerksync.handler_lines"));
    }

    private static Task UntilSucceededAsync(HandlerHosts hosts, int runs) => Deadline.UntilAsync($"{runs} runs have succeeded", async () =>
        await hosts.ScalarAsync("SELECT count(*) FROM clerksync.handler_runs WHERE state = 'succeeded'") == runs);

    /// <summary>Waits for the end of all runs, quarter by quarter, so that a slow machine has the time it needs.</summary>
    private static async Task DrainAsync(HandlerHosts hosts)
    {
        const int Handlers = HandlerHosts.Handlers;
        for (var left = Count * Handlers * 3 / 4; left >= 0; left -= Count * Handlers / 4)
            await Deadline.UntilAsync($"at most {left} runs are open", async () => await hosts.ScalarAsync("SELECT count(*) FROM clerksync.handler_runs WHERE state <> 'succeeded'") <= left);
    }

    private static async Task CheckRunsAsync(HandlerHosts hosts)
    {
        Assert.Equal(Count * HandlerHosts.Handlers, await hosts.ScalarAsync("SELECT count(*) FROM clerksync.handler_runs WHERE state = 'succeeded'"));
        Assert.Equal(Count * HandlerHosts.Handlers, await hosts.ScalarAsync("SELECT count(DISTINCT (handler, message_id)) FROM starts"));
        Assert.Equal(0, await hosts.ScalarAsync("SELECT count(*) FROM clerksync.handler_lines"));

        // What a handler saves in the transaction of its run is there once: neither missing nor double.
        Assert.Equal((Count, Count), (await hosts.ScalarAsync("SELECT count(*) FROM effects"), await hosts.ScalarAsync("SELECT count(DISTINCT message_id) FROM effects")));

        // In the order in which handlers began, the order of arrival never goes back within a line.
        Assert.Equal(0, await hosts.ScalarAsync(
            """
            SELECT count(*) FROM (
              SELECT m.sequence, lag(m.sequence) OVER (PARTITION BY s.handler, m.object_id ORDER BY s.number) AS before
              FROM starts AS s JOIN clerksync.inbox_messages AS m ON m.id = s.message_id) AS pairs
            WHERE before > sequence
            """));
    }

    /// <summary>Who was killed in the middle of a run had it begun again, and nobody else.</summary>
    /// <param name="hosts">Where it happened.</param>
    /// <param name="held">The processes that were killed at their holds.</param>
    /// <param name="killed">These, and those that were killed anywhere.</param>
    private static async Task CheckRepeatsAsync(HandlerHosts hosts, int[] held, int[] killed)
    {
        // No attempt failed, and whoever began again follows somebody who was killed.
        Assert.Equal(0, await hosts.ScalarAsync("SELECT count(*) FROM clerksync.handler_runs WHERE jsonb_array_length(history::jsonb) > 1"));
        Assert.Equal(0, await hosts.ScalarAsync(
            """
            SELECT count(*) FROM (
              SELECT lag(process) OVER (PARTITION BY handler, message_id ORDER BY number) AS before FROM starts) AS pairs
            WHERE before <> ALL ($1)
            """,
            killed));

        // A run in whose middle a process died was begun again by another one; a run that was committed was not.
        const string BegunAgain =
            """
            SELECT count(*) FROM holds AS h
            JOIN starts AS s ON s.message_id = h.message_id AND s.process = h.process AND s.handler = CASE h.place WHEN 'types' THEN 'types' ELSE 'change' END
            WHERE h.process = ANY ($1) AND NOT h.is_over AND h.place = ANY ($2)
              AND EXISTS (SELECT 1 FROM starts AS o WHERE (o.handler, o.message_id) = (s.handler, s.message_id) AND o.number > s.number AND o.process <> s.process)
            """;
        Assert.Equal(2 * held.Length, await hosts.ScalarAsync(BegunAgain, held, new[] { "saved", "types" }));
        Assert.Equal(0, await hosts.ScalarAsync(BegunAgain, held, new[] { "committed" }));
        Assert.Equal(3 * held.Length, await hosts.ScalarAsync("SELECT count(*) FROM holds WHERE process = ANY ($1)", held));
        var repeated = await hosts.ScalarAsync("SELECT count(*) FROM starts") - (Count * HandlerHosts.Handlers);
        Assert.True(repeated >= 2 * held.Length, $"{repeated} runs were begun again.");
        TestContext.Current.SendDiagnosticMessage(string.Create(CultureInfo.InvariantCulture, $"{Count * HandlerHosts.Handlers} runs, {repeated} of them begun again after a kill."));
    }

    private static Message[] Messages() =>
        [.. Enumerable.Range(0, Count).Select(i => HandlerHosts.MessageOf(i < Objects ? "user.created" : "user.updated", i, i % Objects))];
}
