using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using ClerkSync.Database.Tests.Convergence;
using ClerkSync.Database.Tests.Projections;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Events;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClerkSync.Database.Tests.EntityFrameworkCore;

/// <summary>
/// Whatever the order of messages, the number of servers and of workers, entities end as the mirror says, in its database and in another one.
/// <c>CLERKSYNC_SEED</c> and <c>CLERKSYNC_HISTORIES</c> repeat a run.
/// </summary>
public sealed class EntityConvergenceTests(PostgresServer postgres, ITestOutputHelper output)
{
    private const int HistoriesAtOnce = 10;

    [Theory]
    [InlineData(Places.Sqlite)]
    [InlineData(Places.PostgreSql)]
    [InlineData(Places.PostgreSqlToSqlite)]
    [InlineData(Places.SqliteToPostgreSql)]
    public async Task Entities_end_as_the_mirror_says(Places places)
    {
        var seed = Setting("CLERKSYNC_SEED") ?? RandomNumberGenerator.GetInt32(1_000_000_000);
        var count = Setting("CLERKSYNC_HISTORIES") ?? (Environment.GetEnvironmentVariable("CI") == "true" ? 300 : 60);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"CLERKSYNC_SEED={seed} CLERKSYNC_HISTORIES={count}"));
        await using var databases = await ClubDatabases.CreateAsync(places, postgres);
        var options = new ClerkSync.Receiving.ReceivingOptions { InstanceId = HistoryGenerator.Instance, BatchMessages = 20, CommitTimeout = TimeSpan.FromMinutes(1) };
        await using var first = await ClubServer.StartAsync(databases, Rules, options: options, batch: 1);
        await using var second = await ClubServer.StartAsync(databases, Rules, first.Clock, options: options, batch: 3);
        await using var third = await ClubServer.StartAsync(databases, Rules, first.Clock, options: options);
        foreach (var server in (ProjectingServer[])[first, second, third])
            await server.PrepareAsync();

        for (var at = 0; at < count; at += HistoriesAtOnce)
        {
            History[] histories = [.. Enumerable.Range(seed + at, Math.Min(HistoriesAtOnce, count - at)).Select(HistoryGenerator.Generate)];
            await using (var club = databases.Open())
                await EmptyAsync(club);
            var differences = await DifferencesAsync(databases, [first, second, third], histories, new(seed + at));
            Assert.True(differences.Count == 0, $"CLERKSYNC_SEED={seed + at} CLERKSYNC_HISTORIES={histories.Length} does not converge:\n{string.Join('\n', differences.Take(20))}");
        }
    }

    private static void Rules(ClerkSyncBuilder builder) => builder
        .ProjectUsers<Club, Person>(p => p
            .Key(e => e.ClerkId).Map(e => e.Name, u => u.FirstName ?? "").Map(e => e.Banned, u => u.Banned ?? false).Map(e => e.JoinedAt, u => u.UpdatedAt?.UtcDateTime)
            .OnInsert(e => e.CreatedAt, (_, context) => context.Now).OnChange(e => e.UpdatedAt, context => context.Now)
            .OnDeletedSet(e => e.DeletedAt, d => d.DeletedAt).OnDeletedSet(e => e.Standing, _ => Standing.Gone))
        .ProjectMemberships<Club, Member>(p => p
            .Key(e => e.Id, id => new MembershipId(id))
            .Map(e => e.Role, o => o.Role).Map(e => e.PersonId, o => o.UserId).Map(e => e.TeamId, o => o.OrganizationId)
            .OnDeletedRemove())
        .Project<Session, Club, Team>(p => p.Key(e => e.ClerkId).Map(e => e.Name, s => s.Status).OnDeletedRemove());

    private static async Task<IReadOnlyList<string>> DifferencesAsync(ClubDatabases databases, ProjectingServer[] servers, History[] histories, Random random)
    {
        await MirrorSnapshot.ClearAsync(servers[0].Engine.Database);
        foreach (var isPrefix in new[] { true, false })
        {
            HistoryMessage[] messages = [.. histories.SelectMany(h => isPrefix ? h.Messages.Take(h.Prefix) : h.Messages.Skip(h.Prefix))];
            var deliveries = messages.SelectMany(m => Enumerable.Repeat(m, random.Next(10) < 8 ? 1 : 2)).ToArray();
            random.Shuffle(deliveries);
            var queue = new ConcurrentQueue<HistoryMessage>(deliveries);
            await Task.WhenAll(servers.Select(s => Task.Run(() => ProjectedConvergenceTests.ServeAsync(s, queue))));
            if (!isPrefix)
                continue;
            foreach (var absence in histories.SelectMany(h => h.Absences))
                await ConvergenceRun.MissAsync(servers[0].Engine, absence);
        }

        // What a lock of SQLite held back is tried again after a while.
        servers[0].Clock.Advance(TimeSpan.FromSeconds(6));
        foreach (var server in servers)
            await server.WorkAsync();
        var marks = await servers[0].MarksAsync();
        var mirror = await MirrorSnapshot.TakeAsync(servers[0].Engine.Database);
        await using var club = databases.Open();
        return
        [
            .. marks.Select(m => $"a mark is left: {string.Join(' ', m)}"),
            .. ComparePeople(await club.People.IgnoreQueryFilters().AsNoTracking().ToDictionaryAsync(p => p.ClerkId!), mirror),
            .. Compare("member", (await club.Members.AsNoTracking().ToListAsync()).Select(m => $"{m.Id.Text}|{m.Role}|{m.PersonId}|{m.TeamId}"), Live(mirror, "organization_memberships", ["role", "user_id", "organization_id"])),
            .. Compare("session", (await club.Teams.AsNoTracking().ToListAsync()).Select(t => $"{t.ClerkId}|{t.Name}"), Live(mirror, "sessions", ["status"])),
        ];
    }

    private static IEnumerable<string> ComparePeople(Dictionary<string, Person> rows, MirrorSnapshot mirror)
    {
        foreach (var ((_, id), user) in mirror.Rows.Where(r => r.Key.Table == "users"))
        {
            var deletedAt = user["deleted_at"] is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(at, CultureInfo.InvariantCulture)) : (DateTimeOffset?)null;
            if (!rows.Remove(id, out var row))
            {
                if (deletedAt is null)
                    yield return $"{id} is missing";
                continue;
            }

            if ((row.DeletedAt, row.Standing, row.Note) != (deletedAt, deletedAt is null ? Standing.Here : Standing.Gone, "mine"))
                yield return $"{id} is {row.Standing} since {row.DeletedAt:O}, expected {deletedAt:O}";
            if (deletedAt is null && (row.Name, row.Banned ? "1" : "0", row.JoinedAt is { } joined ? new DateTimeOffset(joined, TimeSpan.Zero).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture) : null)
                != (user["first_name"] ?? "", user["banned"] ?? "0", user["updated_at"]))
                yield return $"{id} is {row.Name}, {row.Banned}, {row.JoinedAt:O}; expected {user["first_name"]}, {user["banned"]}, {user["updated_at"]}";
        }

        foreach (var id in rows.Keys)
            yield return $"{id} is there and should not be";
    }

    private static IEnumerable<string> Live(MirrorSnapshot mirror, string table, string[] columns) =>
        mirror.Rows.Where(r => r.Key.Table == table && r.Value["deleted_at"] is null).Select(r => string.Join('|', [r.Key.Id, .. columns.Select(c => r.Value[c])]));

    private static IEnumerable<string> Compare(string kind, IEnumerable<string> rows, IEnumerable<string> expected)
    {
        var (there, wanted) = (rows.ToHashSet(StringComparer.Ordinal), expected.ToHashSet(StringComparer.Ordinal));
        return [.. there.Except(wanted).Select(r => $"{kind} {r} is there and should not be"), .. wanted.Except(there).Select(r => $"{kind} {r} is missing")];
    }

    private static async Task EmptyAsync(Club club)
    {
        await club.People.IgnoreQueryFilters().ExecuteDeleteAsync();
        await club.Teams.ExecuteDeleteAsync();
        await club.Members.ExecuteDeleteAsync();
    }

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
