using System.Globalization;
using System.Security.Cryptography;
using ClerkSync.Backfill;
using ClerkSync.Database.Tests.Backfill;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Emulator;

namespace ClerkSync.Database.Tests.WholeStory;

/// <summary>From the sign-up to the row in the user's own table, through everything that lies between.</summary>
public sealed class WholeStoryTests(PostgresServer postgres, ITestOutputHelper output)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_user_signs_up_changes_and_goes(DatabaseKind kind)
    {
        await using var world = await StoryWorld.StartAsync(kind, postgres);
        await world.BeginAsync(seed: 1);

        var ada = world.Clerk.Users.Create("ada@lantern.example", "Ada").Id;
        await world.SettleAsync();
        Assert.Equal([[ada, "ada@lantern.example", "Ada", null]], await world.Engine.QueryAsync("SELECT clerk_id, email, first, gone_at FROM person"));
        Assert.Equal("Ada", await world.Engine.ScalarAsync("SELECT first_name FROM {users}"));

        world.Clerk.Users.AddEmailAddress(ada, "countess@lantern.example", isPrimary: true);
        world.Clerk.Memberships.Create(world.Clerk.Organizations.Create("Lantern").Id, ada);
        await world.SettleAsync();
        Assert.Equal([["countess@lantern.example", "Ada", null]], await world.Engine.QueryAsync("SELECT email, first, gone_at FROM person"));
        Assert.Equal([["org:member", ada]], await world.Engine.QueryAsync("SELECT role, person FROM member"));

        world.Clerk.Users.Delete(ada);
        await world.SettleAsync();
        Assert.Equal("0", await world.Engine.ScalarAsync("SELECT count(*) FROM person WHERE gone_at IS NULL"));
        Assert.Equal("0", await world.Engine.ScalarAsync("SELECT count(*) FROM member"));
        Assert.Equal([(0L, true)], await DriftAsync(world));
        Assert.Equal(["user.created", "user.updated", "user.deleted"], world.Handled.Select(id => world.Clerk.Messages.Single(m => m.Id == id).Type));
    }

    /// <summary><c>CLERKSYNC_SEED</c> and <c>CLERKSYNC_STORIES</c> repeat a run.</summary>
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Whatever_goes_wrong_all_tables_end_as_Clerk_says(DatabaseKind kind)
    {
        var seed = Setting("CLERKSYNC_SEED") ?? RandomNumberGenerator.GetInt32(1_000_000_000);
        var count = Setting("CLERKSYNC_STORIES") ?? (Environment.GetEnvironmentVariable("CI") == "true" ? 200 : 20);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"CLERKSYNC_SEED={seed} CLERKSYNC_STORIES={count}"));
        await using var world = await StoryWorld.StartAsync(kind, postgres);
        for (var i = 0; i < count; i++)
        {
            var differences = await TellAsync(world, seed + i);
            Assert.True(differences.Count == 0, $"CLERKSYNC_SEED={seed + i} CLERKSYNC_STORIES=1:\n{string.Join('\n', differences.Take(20))}");
        }
    }

    private static async Task<IReadOnlyList<string>> TellAsync(StoryWorld world, int seed)
    {
        var random = new Random(seed);
        await world.BeginAsync(seed);
        world.Mishaps = random.Next(4) * 0.1;
        foreach (var fault in new[] { ClerkFault.Repeat, ClerkFault.Reorder, ClerkFault.Delay, ClerkFault.Forge, ClerkFault.WrongInstance, ClerkFault.Example })
            world.Clerk.Faults[fault] = random.Next(4) * 0.1;

        // Without a loss the events alone must be enough; after one it takes Clerk's API.
        var loses = random.Next(2) == 0;
        world.Clerk.Faults[ClerkFault.Drop] = loses ? 0.1 : 0;
        var life = new RandomLife(world.Clerk, random);
        for (var i = 10 + random.Next(30); i > 0; i--)
        {
            if (loses && random.Next(10) == 0)
                world.Endpoint.IsEnabled = !world.Endpoint.IsEnabled;
            life.Step();
            if (random.Next(3) == 0)
                await world.PassAsync(TimeSpan.FromMilliseconds(random.Next(20_000)));
        }

        world.Endpoint.IsEnabled = true;
        await world.SettleAsync();
        var differences = new List<string>();
        if (loses)
        {
            var filled = await world.BackfillAsync();
            differences.AddRange(filled.Tables.Where(t => t.Failure is not null || t.Gap is not null).Select(t => $"backfill of {t.Table}: {t.Failure} {t.Gap}"));
            differences.AddRange((await world.ReconcileAsync(isDryRun: false)).Tables.Where(t => t.Failure is not null || t.Refusal is not null || t.OpenCount > 0).Select(Text));
            await world.SettleAsync();
        }

        differences.AddRange((await world.ReconcileAsync(isDryRun: true)).Tables.Where(t => t.DriftCount > 0 || t.Unproved > 0 || t.Failure is not null || t.Refusal is not null).Select(Text));
        differences.AddRange(await DifferencesAsync(world));
        differences.AddRange(HandledDifferences(world, loses));
        return differences;
    }

    private static string Text(TableDrift drift) =>
        $"{drift.Table}: {string.Join(", ", Enum.GetValues<DriftKind>().Where(k => drift[k].Count > 0).Select(k => $"{k} {string.Join(' ', drift[k].Ids)}"))} {drift.Failure} {drift.Refusal}";

    private static async Task<IReadOnlyList<(long, bool)>> DriftAsync(StoryWorld world)
    {
        var report = await world.ReconcileAsync(isDryRun: true);
        return [(report.DriftCount, report.IsSettled)];
    }

    /// <summary>Clerk's objects, the mirror's live rows and the user's own rows.</summary>
    private static async Task<IEnumerable<string>> DifferencesAsync(StoryWorld world)
    {
        var (users, members) = (world.Clerk.Users.List(), world.Clerk.Memberships.List());
        return
        [
            .. await CompareAsync(world, "mirror", "SELECT id, primary_email_address, first_name FROM {users} WHERE deleted_at IS NULL", users.Select(u => $"{u.Id} {u.PrimaryEmailAddress} {u.FirstName}")),
            .. await CompareAsync(world, "person", "SELECT clerk_id, email, first FROM person WHERE gone_at IS NULL", users.Select(u => $"{u.Id} {u.PrimaryEmailAddress} {u.FirstName}")),
            .. await CompareAsync(world, "member", "SELECT clerk_id, role, person, team FROM member", members.Select(m => $"{m.Id} {m.Role} {m.PublicUserData?.UserId} {m.Organization?.Id}")),
            .. await CompareAsync(world, "mirror", "SELECT id, name FROM {organizations} WHERE deleted_at IS NULL", world.Clerk.Organizations.List().Select(o => $"{o.Id} {o.Name}")),
        ];
    }

    private static async Task<IEnumerable<string>> CompareAsync(StoryWorld world, string table, string query, IEnumerable<string> expected)
    {
        string[] rows = [.. (await world.Engine.QueryAsync(query)).Select(r => string.Join(' ', r))];
        string[] wanted = [.. expected];
        return [.. rows.Except(wanted, StringComparer.Ordinal).Select(r => $"{table} has: {r}"), .. wanted.Except(rows, StringComparer.Ordinal).Select(r => $"{table} lacks: {r}")];
    }

    /// <summary>Every event about a user that was accepted was handled, and each of them once, however often it came.</summary>
    private static IEnumerable<string> HandledDifferences(StoryWorld world, bool loses)
    {
        var messages = world.Clerk.Messages;
        string[] lost = loses ? [] : [.. messages.Where(m => !world.Accepted.ContainsKey(m.Id)).Select(m => $"never arrived: {m.Id} {m.Type}")];
        var expected = messages.Where(m => m.Type.StartsWith("user.", StringComparison.Ordinal) && world.Accepted.ContainsKey(m.Id)).Select(m => m.Id).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. lost,
            .. world.Handled.CountBy(id => id).Where(c => c.Value > 1).Select(c => $"handled {c.Value} times: {c.Key}"),
            .. expected.Except(world.Handled, StringComparer.Ordinal).Select(id => $"never handled: {messages.Single(m => m.Id == id).Text}"),
            .. world.Handled.Except(expected, StringComparer.Ordinal).Select(id => $"handled and no event of Clerk: {id}"),
        ];
    }

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
