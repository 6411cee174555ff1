using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using ClerkSync.Database.Tests.Convergence;
using ClerkSync.Database.Tests.Support;

namespace ClerkSync.Database.Tests.Projections;

/// <summary>
/// Whatever the order of messages, the number of servers and of workers, the user's tables end as the mirror says. <c>CLERKSYNC_SEED</c> and
/// <c>CLERKSYNC_HISTORIES</c> repeat a run.
/// </summary>
public sealed class ProjectedConvergenceTests(PostgresServer postgres, ITestOutputHelper output)
{
    private const int HistoriesAtOnce = 10;

    private const string Json =
        """
        [{ "name": "people", "from": "users", "into": "person", "key": { "clerk_id": "id" },
           "columns": { "first": "first_name", "banned": "banned", "external": "external_id", "touched": "updated_at", "meta": "public_metadata", "words": "public_metadata.text" },
           "onInsert": { "born": "now()" }, "onChange": { "changed": "now()" },
           "onDelete": { "set": { "gone_at": "deleted_at", "status": "'gone'" } }, "onRestore": { "status": "'here'" } },
         { "name": "members", "from": "organization_memberships", "into": "member", "key": { "clerk_id": "id" },
           "columns": { "role": "role", "person": "user_id", "team": "organization_id" }, "onDelete": "delete" },
         { "name": "invitations", "from": "organization_invitations", "into": "invitation", "key": { "clerk_id": "id" },
           "columns": { "inviter": "data.public_inviter_data.first_name", "inviter_id": "inviter_id" }, "onDelete": "delete" },
         { "name": "sessions", "from": "sessions", "into": "login", "key": { "clerk_id": "id" }, "columns": { "person": "user_id", "status": "status" }, "onDelete": "delete" }]
        """;

    private static readonly string[] Tables = ["person", "member", "invitation", "login"];

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Projected_tables_end_as_the_mirror_says(DatabaseKind kind)
    {
        var seed = Setting("CLERKSYNC_SEED") ?? RandomNumberGenerator.GetInt32(1_000_000_000);
        var count = Setting("CLERKSYNC_HISTORIES") ?? (Environment.GetEnvironmentVariable("CI") == "true" ? 1000 : 200);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"CLERKSYNC_SEED={seed} CLERKSYNC_HISTORIES={count}"));
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var options = new ClerkSync.Receiving.ReceivingOptions { InstanceId = HistoryGenerator.Instance, BatchMessages = 20, CommitTimeout = TimeSpan.FromMinutes(1) };
        await using var first = await ProjectingServer.StartAsync(database, Json, options: options, batch: 1);
        await using var second = await ProjectingServer.StartAsync(database, Json, first.Clock, options: options, batch: 3);
        await using var third = await ProjectingServer.StartAsync(database, Json, first.Clock, options: options);
        await MakeTablesAsync(first, kind);
        foreach (var server in (ProjectingServer[])[first, second, third])
            await server.PrepareAsync();

        for (var at = 0; at < count; at += HistoriesAtOnce)
        {
            History[] histories = [.. Enumerable.Range(seed + at, Math.Min(HistoriesAtOnce, count - at)).Select(HistoryGenerator.Generate)];
            var differences = await DifferencesAsync([first, second, third], histories, new(seed + at));
            Assert.True(differences.Count == 0, $"CLERKSYNC_SEED={seed + at} CLERKSYNC_HISTORIES={histories.Length} does not converge:\n{string.Join('\n', differences.Take(20))}");
        }
    }

    private static async Task<IReadOnlyList<string>> DifferencesAsync(ProjectingServer[] servers, History[] histories, Random random)
    {
        await MirrorSnapshot.ClearAsync(servers[0].Engine.Database);
        foreach (var table in Tables)
            await servers[0].ExecuteAsync($"DELETE FROM {table}");
        foreach (var isPrefix in new[] { true, false })
        {
            HistoryMessage[] messages = [.. histories.SelectMany(h => isPrefix ? h.Messages.Take(h.Prefix) : h.Messages.Skip(h.Prefix))];
            var deliveries = messages.SelectMany(m => Enumerable.Repeat(m, random.Next(10) < 8 ? 1 : 2)).ToArray();
            random.Shuffle(deliveries);
            var queue = new ConcurrentQueue<HistoryMessage>(deliveries);
            await Task.WhenAll(servers.Select(s => Task.Run(() => ServeAsync(s, queue))));
            if (!isPrefix)
                continue;
            foreach (var absence in histories.SelectMany(h => h.Absences))
                await ConvergenceRun.MissAsync(servers[0].Engine, absence);
        }

        foreach (var server in servers)
            await server.WorkAsync();
        var marks = await servers[0].MarksAsync();
        var mirror = await MirrorSnapshot.TakeAsync(servers[0].Engine.Database);
        return [.. marks.Select(m => $"a mark is left: {string.Join(' ', m)}"), .. await ComparePeopleAsync(servers[0], mirror), .. await CompareOthersAsync(servers[0], mirror)];
    }

    /// <summary>Receives and works at once: messages a few at a time, marks whenever there are some.</summary>
    internal static async Task ServeAsync(ProjectingServer server, ConcurrentQueue<HistoryMessage> queue)
    {
        var receiving = Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            while (queue.TryDequeue(out var message))
                await server.ReceiveAsync(message.Id, message.Bytes);
        }));
        do
        {
            await server.WorkAsync();
            await Task.Yield();
        }
        while (!receiving.IsCompleted);
        await receiving;
    }

    private static async Task<IEnumerable<string>> ComparePeopleAsync(ProjectingServer server, MirrorSnapshot mirror)
    {
        var rows = (await server.Engine.QueryAsync("SELECT clerk_id, first, banned, external, touched, words, meta, status, gone_at, note, born IS NULL, changed IS NULL FROM person")).ToDictionary(r => r[0]!, StringComparer.Ordinal);
        var differences = new List<string>();
        foreach (var ((_, id), user) in mirror.Rows.Where(r => r.Key.Table == "users"))
        {
            var isLive = user["deleted_at"] is null;
            if (!rows.Remove(id, out var row))
            {
                if (isLive)
                    differences.Add($"{id} is missing");
                continue;
            }

            var metadata = user["public_metadata"] is { } json ? System.Text.Json.Nodes.JsonNode.Parse(json) : null;
            string?[] expected = isLive
                ? [user["first_name"], user["banned"], user["external_id"], user["updated_at"], (string?)metadata?["text"], user["public_metadata"], "here", null, "mine", "0", "0"]
                : [.. row.Skip(1).Take(6), "gone", user["deleted_at"], "mine", "0", "0"];
            if (!expected.SequenceEqual(row.Skip(1)))
                differences.Add($"{id} is {string.Join('|', row[1..])}, expected {string.Join('|', expected)}");
        }

        return [.. differences, .. rows.Keys.Select(id => $"{id} is there and should not be")];
    }

    private static async Task<IEnumerable<string>> CompareOthersAsync(ProjectingServer server, MirrorSnapshot mirror)
    {
        var differences = new List<string>();
        foreach (var (table, columns, source, values) in new (string, string, string, Func<Dictionary<string, string?>, string?[]>)[]
        {
            ("member", "role, person, team", "organization_memberships", m => [m["role"], m["user_id"], m["organization_id"]]),
            ("login", "person, status", "sessions", s => [s["user_id"], s["status"]]),
            ("invitation", "inviter, inviter_id", "organization_invitations", i => [Inviter(i), i["inviter_id"]]),
        })
        {
            var rows = (await server.Engine.QueryAsync($"SELECT clerk_id, {columns} FROM {table}")).Select(r => string.Join('|', r)).Order(StringComparer.Ordinal);
            var live = mirror.Rows.Where(r => r.Key.Table == source && r.Value["deleted_at"] is null).Select(r => string.Join('|', [r.Key.Id, .. values(r.Value)])).Order(StringComparer.Ordinal);
            differences.AddRange(rows.Except(live, StringComparer.Ordinal).Select(r => $"{table}: {r} is there and should not be"));
            differences.AddRange(live.Except(rows, StringComparer.Ordinal).Select(r => $"{table}: {r} is missing"));
        }

        return differences;
    }

    private static string? Inviter(Dictionary<string, string?> invitation) =>
        invitation["data"] is { } data ? (string?)System.Text.Json.Nodes.JsonNode.Parse(data)!["public_inviter_data"]?["first_name"] : null;

    private static Task MakeTablesAsync(ProjectingServer server, DatabaseKind kind)
    {
        var (moment, key, json) = kind == DatabaseKind.PostgreSql
            ? ("timestamptz", "number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "json")
            : ("TEXT", "number INTEGER PRIMARY KEY", "TEXT");
        return server.ExecuteAsync(
            $"""
            CREATE TABLE person ({key}, clerk_id varchar(60) NOT NULL UNIQUE, first text, banned boolean, external text, touched {moment}, meta {json}, words text, status varchar(10) NOT NULL DEFAULT 'here',
              gone_at {moment}, note varchar(20) DEFAULT 'mine', born {moment}, changed {moment});
            CREATE TABLE member (clerk_id varchar(60) PRIMARY KEY, role text, person text, team text);
            CREATE TABLE invitation (clerk_id varchar(60) PRIMARY KEY, inviter text, inviter_id text);
            CREATE TABLE login (clerk_id varchar(60) PRIMARY KEY, person text, status text)
            """);
    }

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
