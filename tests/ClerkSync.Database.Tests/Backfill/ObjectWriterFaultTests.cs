using ClerkSync.Backfill;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Mirror;
using ClerkSync.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClerkSync.Database.Tests.Backfill;

/// <summary>What the writer does when the database fails: nothing is left out because somebody else held a lock.</summary>
public sealed class ObjectWriterFaultTests(PostgresServer postgres)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite, nameof(StorageFault.LockTimeout))]
    [InlineData(DatabaseKind.Sqlite, nameof(StorageFault.Unavailable))]
    [InlineData(DatabaseKind.PostgreSql, nameof(StorageFault.LockTimeout))]
    [InlineData(DatabaseKind.PostgreSql, nameof(StorageFault.Transient))]
    public async Task A_lock_that_is_released_and_a_database_that_comes_back_are_waited_for(DatabaseKind kind, string fault)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        string[] users = [.. Enumerable.Range(0, 3).Select(i => world.Clerk.Users.Create($"user{i}@example.com").Id).Order(StringComparer.Ordinal)];
        var database = new FaultyDatabase(world.Engine.Database);
        var failed = 0;
        database.NextFault = () => ++failed <= 12 ? Enum.Parse<StorageFault>(fault) : null;

        var report = await FinishAsync(world, Backfill(world, database).RunAsync(fromStart: false, null, CancellationToken.None));

        Assert.True(report.IsComplete);
        Assert.Equal(0, report.Tables.Sum(t => t.RefusedCount));
        Assert.Equal(users, await world.LiveAsync("users"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite, nameof(StorageFault.LockTimeout))]
    [InlineData(DatabaseKind.Sqlite, nameof(StorageFault.Unavailable))]
    [InlineData(DatabaseKind.PostgreSql, nameof(StorageFault.LockTimeout))]
    [InlineData(DatabaseKind.PostgreSql, nameof(StorageFault.Unavailable))]
    public async Task A_lock_that_stays_ends_the_run_and_the_next_one_reads_the_page_again(DatabaseKind kind, string fault)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var ada = world.Clerk.Users.Create("ada@example.com");
        var database = new FaultyDatabase(world.Engine.Database) { NextFault = () => Enum.Parse<StorageFault>(fault) };
        var began = world.Clock.GetUtcNow();

        await Assert.ThrowsAsync<FaultyDatabase.FaultException>(() => FinishAsync(world, Backfill(world, database).RunAsync(fromStart: false, null, CancellationToken.None)));

        Assert.True(world.Clock.GetUtcNow() - began >= TimeSpan.FromMinutes(2));
        Assert.Empty(await world.LiveAsync("users"));
        database.NextFault = static () => null;
        Assert.True((await Backfill(world, database).RunAsync(fromStart: false, null, CancellationToken.None)).IsComplete);
        Assert.Equal([ada.Id], await world.LiveAsync("users"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_page_that_takes_too_long_is_written_in_halves(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        string[] users = [.. Enumerable.Range(0, 4).Select(i => world.Clerk.Users.Create($"user{i}@example.com").Id).Order(StringComparer.Ordinal)];
        var changes = await ChangesAsync(world);
        var database = new FaultyDatabase(world.Engine.Database);
        database.NextFault = () => database.Begun == 1 ? StorageFault.StatementTimeout : null;

        var written = await new ObjectWriter(database, world.Engine.Marks, world.Clock).WriteAsync(changes, null, null, CancellationToken.None);

        Assert.Equal((4, 3), (written.Count(w => w.Refused is null), database.Begun));
        Assert.Equal(users, await world.LiveAsync("users"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task One_object_that_takes_too_long_is_not_left_out_silently(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        world.Clerk.Users.Create("ada@example.com");
        var changes = await ChangesAsync(world);
        var database = new FaultyDatabase(world.Engine.Database) { NextFault = static () => StorageFault.StatementTimeout };

        await Assert.ThrowsAsync<FaultyDatabase.FaultException>(
            () => new ObjectWriter(database, world.Engine.Marks, world.Clock).WriteAsync(changes, null, null, CancellationToken.None));
    }

    private static BackfillRun Backfill(SyncWorld world, FaultyDatabase database) => new(
        world.Engine.Database, world.Api, new(database, world.Engine.Marks, world.Clock), world.Guard, world.Clock, NullLogger<BackfillRun>.Instance);

    private static async Task<List<MirrorChange>[]> ChangesAsync(SyncWorld world)
    {
        var users = MirrorTables.Named("users");
        var pages = new List<List<MirrorChange>>();
        await foreach (var page in new ListingReader(world.Api).ReadAsync(users, new(), CancellationToken.None))
            pages.AddRange(page.Objects.Select(o => MirrorChangeReader.Read(users, o, page.TakenAt, StateOrigin.Backfill, world.Clerk.InstanceId)));
        return [.. pages];
    }

    /// <summary>Moves the clock on while somebody waits for it.</summary>
    private static async Task<T> FinishAsync<T>(SyncWorld world, Task<T> work)
    {
        await Patience.UntilAsync("the work ends", () => work.IsCompleted, () => world.Clock.Advance(TimeSpan.FromSeconds(10)));
        return await work;
    }
}
