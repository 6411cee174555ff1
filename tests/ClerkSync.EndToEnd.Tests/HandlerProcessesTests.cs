using System.Globalization;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Signing;
using Npgsql;

namespace ClerkSync.EndToEnd.Tests;

/// <summary>Three processes share four handlers on one database, and each of them is killed in the middle of it.</summary>
public sealed class HandlerProcessesTests(PostgresServer postgres)
{
    private const int Objects = 100;
    private const int Handlers = 4;
    private const int Connections = 12;

    private static readonly int Count = Environment.GetEnvironmentVariable("CI") == "true" ? 10_000 : 2_000;

    [Fact]
    public async Task Every_run_succeeds_and_every_line_keeps_its_order_although_each_process_is_killed()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await ExecuteAsync(source, "CREATE TABLE starts (number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, handler text, message_id text, process int)");
        var messages = Messages();
        var secret = SigningSecret.Create();
        ServerProcess[] servers = [.. Enumerable.Range(0, 3).Select(_ =>
            new ServerProcess(database.ConnectionString, CommandLineProgram.HandlerHost, ("CLERK_WEBHOOK_SIGNING_SECRET", secret.Reveal())))];
        var killed = new HashSet<int>();
        try
        {
            foreach (var server in servers)
                await server.StartAsync();
            var turn = 0;
            using var client = new DeliveryClient(secret);
            var load = new Load(client, messages, () => servers[Interlocked.Increment(ref turn) % servers.Length].Webhook);
            Task[] moments = [.. servers.Select((_, i) => load.AcknowledgedAsync(Count * (i + 1) / 5))];
            var running = load.RunAsync(Connections);
            for (var i = 0; i < servers.Length; i++)
            {
                await moments[i];
                killed.Add(servers[i].ProcessId);

                // Not paused before it is dead: it dies with requests and runs in its hands.
                var killing = servers[i].KillAsync();
                load.Pause();
                await killing;
                await servers[i].StartAsync();
                load.Resume();
            }

            await running;
            for (IReadOnlyList<Message> left = [.. load.Unacknowledged]; left.Count > 0; left = [.. load.Unacknowledged])
            {
                load = new(client, left, () => servers[Interlocked.Increment(ref turn) % servers.Length].Webhook);
                await load.RunAsync(Connections);
            }

            killed.Add(servers[0].ProcessId);
            await servers[0].KillAsync();
            await DrainAsync(source);
        }
        finally
        {
            foreach (var server in servers)
                await server.DisposeAsync();
        }

        await CheckAsync(source, killed);
    }

    /// <summary>Waits for the end of all runs, quarter by quarter, so that a slow machine has the time it needs.</summary>
    private static async Task DrainAsync(NpgsqlDataSource source)
    {
        for (var left = Count * Handlers * 3 / 4; left >= 0; left -= Count * Handlers / 4)
            await Deadline.UntilAsync($"at most {left} runs are open", async () => await ScalarAsync(source, "SELECT count(*) FROM clerksync.handler_runs WHERE state <> 'succeeded'") <= left);
    }

    private static async Task CheckAsync(NpgsqlDataSource source, HashSet<int> killed)
    {
        Assert.Equal(Count * Handlers, await ScalarAsync(source, "SELECT count(*) FROM clerksync.handler_runs WHERE state = 'succeeded'"));
        Assert.Equal(Count * Handlers, await ScalarAsync(source, "SELECT count(DISTINCT (handler, message_id)) FROM starts"));
        Assert.Equal(0, await ScalarAsync(source, "SELECT count(*) FROM clerksync.handler_lines"));

        // In the order in which handlers began, the order of arrival never goes back within a line.
        Assert.Equal(0, await ScalarAsync(source,
            """
            SELECT count(*) FROM (
              SELECT m.sequence, lag(m.sequence) OVER (PARTITION BY s.handler, m.object_id ORDER BY s.number) AS before
              FROM starts AS s JOIN clerksync.inbox_messages AS m ON m.id = s.message_id) AS pairs
            WHERE before > sequence
            """));

        // Whoever began again follows somebody who was killed.
        var processes = string.Join(',', killed.Select(p => p.ToString(CultureInfo.InvariantCulture)));
        Assert.Equal(0, await ScalarAsync(source,
            $"""
            SELECT count(*) FROM (
              SELECT lag(process) OVER (PARTITION BY handler, message_id ORDER BY number) AS before FROM starts) AS pairs
            WHERE before IS NOT NULL AND before NOT IN ({processes})
            """));
        var repeated = await ScalarAsync(source, "SELECT count(*) FROM starts") - (Count * Handlers);
        TestContext.Current.SendDiagnosticMessage(string.Create(CultureInfo.InvariantCulture, $"{Count * Handlers} runs, {repeated} of them begun again after a kill."));
    }

    private static Message[] Messages() =>
    [
        .. Enumerable.Range(0, Count).Select(i =>
        {
            var type = i < Objects ? "user.created" : "user.updated";
            var at = 1_785_400_000_000 + i;
            return new Message(
                string.Create(CultureInfo.InvariantCulture, $"msg_{i}"),
                System.Text.Encoding.UTF8.GetBytes(string.Create(
                    CultureInfo.InvariantCulture,
                    $$"""{"data":{"first_name":"Mara","id":"user_{{i % Objects:D4}}","updated_at":{{at}}},"instance_id":"{{ServerProcess.Instance}}","object":"event","timestamp":{{at}},"type":"{{type}}"}""")));
        }),
    ];

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<long> ScalarAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
