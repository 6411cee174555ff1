using System.Transactions;
using ClerkSync.Backfill;
using ClerkSync.ClerkApi;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Storage;

namespace ClerkSync.Database.Tests.ReadThrough;

/// <summary>Transactions of the application beside read-through, on PostgreSQL, where they are possible.</summary>
public sealed class OwnTransactionTests(PostgresServer postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_row_that_another_transaction_is_just_making_is_no_deleted_user_but_a_failure_that_passes(bool hasKey)
    {
        await using var world = await ReadThroughWorld.StartAsync(DatabaseKind.PostgreSql, postgres);
        var ada = world.World.Clerk.Users.Create("ada@example.com");
        var mirror = hasKey ? world.Mirror : world.MakeMirror(secretKey: null);
        await using (var own = await world.World.Engine.Database.BeginWriteAsync(WritePriority.Background, Token))
        {
            await own.ExecuteAsync([new SqlQuery($"SELECT clerk.ensure_user('{ada.Id}')", [])], Token);
            var work = mirror.EnsureUserAsync(ada.Id, Token);
            while (!work.IsCompleted)
            {
                world.World.Clock.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }

            Assert.True((await Assert.ThrowsAsync<ClerkApiException>(() => work)).IsTransient);
        }

        Assert.Equal(MirroredUserState.Present, await mirror.EnsureAsync(ada.Id, Token));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_transaction_scope_of_the_application_is_left_alone(bool hasKey)
    {
        await using var world = await ReadThroughWorld.StartAsync(DatabaseKind.PostgreSql, postgres);
        var mirror = hasKey ? world.Mirror : world.MakeMirror(secretKey: null);
        var ada = world.World.Clerk.Users.Create("ada@example.com");
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            var around = Transaction.Current;
            Assert.True(await mirror.EnsureUserAsync(ada.Id, Token));
            Assert.Same(around, Transaction.Current);

            // it is not completed: the application's own work is rolled back
        }

        Assert.Equal("1", await world.World.Engine.ScalarAsync("SELECT count(*) FROM {users}"));
    }

    [Fact]
    public async Task Shared_work_is_no_part_of_what_its_first_caller_is_doing()
    {
        var work = new SharedWork<string, Transaction?>();
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
        Assert.Null(await work.RunAsync("one", _ => Task.FromResult(Transaction.Current), Token));
        Assert.NotNull(Transaction.Current);
    }
}
