using System.Net;
using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Database.Tests.ReadThrough;

/// <summary>Stubs that no webhook completes are completed in the background.</summary>
public abstract class StubServiceTests(DatabaseKind kind, PostgresServer postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Old_stubs_are_completed_in_the_background_and_what_Clerk_does_not_have_is_marked_as_missing()
    {
        await using var world = await ReadThroughWorld.StartAsync(kind, postgres);
        var ada = world.World.Clerk.Users.Create("ada@example.com");
        var young = world.World.Clerk.Users.Create("young@example.com");
        var withoutKey = world.MakeMirror(secretKey: null);
        await withoutKey.EnsureUserAsync(ada.Id, Token);
        await withoutKey.EnsureUserAsync("user_gone", Token);
        var stubs = world.MakeStubService();
        await stubs.CompleteAsync(Token);
        Assert.Empty(world.Requests);

        world.World.PassAnHour();
        world.World.Clock.Advance(TimeSpan.FromSeconds(1));
        await withoutKey.EnsureUserAsync(young.Id, Token);
        await stubs.CompleteAsync(Token);
        await stubs.CompleteAsync(Token);
        Assert.Equal(2, world.Requests.Count);
        var rows = await world.World.Engine.QueryAsync("SELECT id, sync_completeness, deleted_by FROM {users}");
        Assert.Equivalent(new[] { [ada.Id, "2", null], ["user_gone", "0", "reconcile"], new[] { young.Id, "0", null } }, rows);
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError, true)]
    [InlineData(HttpStatusCode.UnprocessableEntity, false)]
    public async Task One_that_Clerk_cannot_answer_does_not_hold_up_the_others_and_is_tried_again_later(HttpStatusCode status, bool isTransient)
    {
        await using var world = await ReadThroughWorld.StartAsync(kind, postgres);
        world.Trouble = path => path.EndsWith("user_broken", StringComparison.Ordinal) ? status : null;
        var withoutKey = world.MakeMirror(secretKey: null);
        await withoutKey.EnsureUserAsync("user_broken", Token);
        world.World.Clock.Advance(TimeSpan.FromSeconds(1));
        var ada = world.World.Clerk.Users.Create("ada@example.com");
        await withoutKey.EnsureUserAsync(ada.Id, Token);
        PassMoreThanAnHour(world);

        var stubs = world.MakeStubService();
        await stubs.CompleteAsync(Token);
        await stubs.CompleteAsync(Token);
        Assert.Equal("2", await world.World.Engine.ScalarAsync($"SELECT sync_completeness FROM {{users}} WHERE id = '{ada.Id}'"));
        Assert.Equal(["/v1/users/user_broken", $"/v1/users/{ada.Id}"], world.Requests);
        Assert.Equal(isTransient ? 0 : 1, world.Log.Collector.GetSnapshot().Count(r => r.Level == LogLevel.Warning));

        world.World.Clock.Advance(isTransient ? TimeSpan.FromMinutes(10) : TimeSpan.FromHours(1));
        world.Trouble = static _ => null;
        await stubs.CompleteAsync(Token);
        Assert.Equal("reconcile", await world.World.Engine.ScalarAsync("SELECT deleted_by FROM {users} WHERE id = 'user_broken'"));
    }

    [Fact]
    public async Task Many_that_stay_do_not_starve_the_rest()
    {
        await using var world = await ReadThroughWorld.StartAsync(kind, postgres);
        world.Trouble = path => path.Contains("user_broken", StringComparison.Ordinal) ? HttpStatusCode.InternalServerError : null;
        var withoutKey = world.MakeMirror(secretKey: null);
        for (var i = 0; i < 60; i++)
            await withoutKey.EnsureUserAsync(Bodies.Numbered("user_broken", i), Token);
        world.World.Clock.Advance(TimeSpan.FromSeconds(1));
        var ada = world.World.Clerk.Users.Create("ada@example.com");
        await withoutKey.EnsureUserAsync(ada.Id, Token);
        PassMoreThanAnHour(world);

        // ten failures in a row end a pass
        var stubs = world.MakeStubService();
        for (var pass = 1; pass <= 6; pass++)
        {
            await Assert.ThrowsAsync<ClerkSync.ClerkApi.ClerkApiException>(() => stubs.CompleteAsync(Token));
            Assert.Equal(10 * pass, world.Requests.Count);
        }

        await stubs.CompleteAsync(Token);
        Assert.Equal(61, world.Requests.Count);
        Assert.Equal("2", await world.World.Engine.ScalarAsync($"SELECT sync_completeness FROM {{users}} WHERE id = '{ada.Id}'"));
    }

    [Fact]
    public async Task A_key_of_another_instance_is_noticed_before_any_object_is_asked_for()
    {
        await using var world = await ReadThroughWorld.StartAsync(kind, postgres);
        await world.World.Engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        var withoutKey = world.MakeMirror(secretKey: null);
        for (var i = 0; i < 20; i++)
            await withoutKey.EnsureUserAsync(Bodies.Numbered("user_stub", i), Token);
        PassMoreThanAnHour(world);
        var failure = await Assert.ThrowsAsync<ClerkSync.ClerkApi.ClerkApiException>(() => world.MakeStubService().CompleteAsync(Token));
        Assert.Contains(Bodies.Instance, failure.Message, StringComparison.Ordinal);
        Assert.Empty(world.Requests);
        Assert.Equal(0, world.Log.Collector.Count);
    }

    private static void PassMoreThanAnHour(ReadThroughWorld world)
    {
        world.World.PassAnHour();
        world.World.Clock.Advance(TimeSpan.FromSeconds(1));
    }
}

public sealed class SqliteStubServiceTests(PostgresServer postgres) : StubServiceTests(DatabaseKind.Sqlite, postgres);

public sealed class PostgreSqlStubServiceTests(PostgresServer postgres) : StubServiceTests(DatabaseKind.PostgreSql, postgres);
