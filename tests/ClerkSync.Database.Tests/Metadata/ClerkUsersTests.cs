using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ClerkSync.ClerkApi;
using ClerkSync.Database.Tests.Backfill;
using ClerkSync.Database.Tests.ReadThrough;
using ClerkSync.Database.Tests.Receiving;
using ClerkSync.Database.Tests.Support;
using ClerkSync.Emulator;
using ClerkSync.Events;
using ClerkSync.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace ClerkSync.Database.Tests.Metadata;

/// <summary>Metadata are merged in Clerk, when that changes anything, and the mirror has them at once.</summary>
public abstract partial class ClerkUsersTests(DatabaseKind kind, PostgresServer postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_kind_is_merged_and_the_mirror_has_it_before_the_event()
    {
        await using var world = await StartAsync();
        var ada = world.Clerk.Users.Create(new JsonObject { ["public_metadata"] = JsonNode.Parse("""{"plan":"free","limits":{"seats":1,"rooms":2}}""") });
        var changes = new ClerkMetadataChanges()
            .Public(new JsonObject { ["plan"] = "pro", ["limits"] = new JsonObject { ["rooms"] = null } })
            .Private(new Notes("vip", ["a"]), Context.Default.Notes)
            .Unsafe(JsonElement.Parse("""{"theme":"dark"}"""));

        var update = await world.Users.UpdateMetadataAsync(ada.Id, changes, Token);

        Assert.Equal(MetadataOutcome.Updated, update.Outcome);
        Assert.Equal("""{"limits":{"seats":1},"plan":"pro"}""", update.User.PublicMetadata!.Value.GetRawText());
        Assert.Equal("vip", update.User.ReadPrivateMetadata(Context.Default.Notes)!.Text);
        var row = await world.World.Mirror.FindUserAsync(ada.Id, Token);
        Assert.Equal("""{"theme":"dark"}""", row!.UnsafeMetadata!.Value.GetRawText().Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal([[update.User.Id, "read_through"]], await world.World.World.Engine.QueryAsync("SELECT id, sync_source FROM {users}"));
        Assert.Equal([$"/v1/users/{ada.Id}", $"/v1/users/{ada.Id}/metadata"], world.World.Requests);
        Assert.Equal(["user.created", "user.updated"], world.Clerk.Messages.Select(m => m.Type));
    }

    [Fact]
    public async Task What_Clerk_has_already_is_not_written_whatever_the_mirror_says()
    {
        await using var world = await StartAsync();
        var ada = world.Clerk.Users.Create();
        Assert.NotNull(await world.World.Mirror.GetOrFetchUserAsync(ada.Id, Token));
        world.Clerk.Users.UpdateMetadata(ada.Id, new() { ["public_metadata"] = new JsonObject { ["plan"] = "pro", ["n"] = 1 } });

        var same = await world.Users.UpdateMetadataAsync(ada.Id, new ClerkMetadataChanges().Public(new JsonObject { ["n"] = 1.0, ["gone"] = null }).Private([]), Token);

        Assert.Equal(MetadataOutcome.Unchanged, same.Outcome);
        Assert.Equal("""{"n":1,"plan":"pro"}""", same.User.PublicMetadata!.Value.GetRawText());
        Assert.Equal(2, world.Clerk.Messages.Count);
        Assert.Equal(MetadataOutcome.Unchanged, (await world.Users.UpdateMetadataAsync(ada.Id, new(), Token)).Outcome);
    }

    [Fact]
    public async Task Only_the_kinds_that_differ_are_sent()
    {
        await using var world = await StartAsync();
        var ada = world.Clerk.Users.Create(new JsonObject { ["public_metadata"] = new JsonObject { ["plan"] = "pro" } });
        var bodies = new List<string>();
        world.World.OnBody = bodies.Add;
        await world.Users.UpdateMetadataAsync(ada.Id, new ClerkMetadataChanges().Public(new JsonObject { ["plan"] = "pro" }).Unsafe(new JsonObject { ["a"] = 1 }), Token);
        Assert.Equal("""{"unsafe_metadata":{"a":1}}""", Assert.Single(bodies));
    }

    [Fact]
    public async Task What_is_deeper_than_the_mirror_keeps_does_not_make_a_write_for_ever()
    {
        await using var world = await StartAsync();
        var deep = JsonNode.Parse($$"""{"deep":{{new string('[', 30)}}{{new string(']', 30)}},"a":1}""");
        var ada = world.Clerk.Users.Create(new JsonObject { ["unsafe_metadata"] = deep });
        var changes = new ClerkMetadataChanges().Unsafe(new JsonObject { ["a"] = 1 });
        Assert.Equal(MetadataOutcome.Unchanged, (await world.Users.UpdateMetadataAsync(ada.Id, changes, Token)).Outcome);
    }

    [Theory]
    [InlineData(8192, true)]
    [InlineData(8193, false)]
    public async Task Eight_kilobytes_after_the_merge_are_the_most(int size, bool fits)
    {
        await using var world = await StartAsync();
        var ada = world.Clerk.Users.Create(new JsonObject { ["private_metadata"] = new JsonObject { ["a"] = "ü" } });
        var changes = new ClerkMetadataChanges().Private(new JsonObject { ["b"] = new string('x', size - """{"a":"üü","b":""}""".Length) });
        var update = world.Users.UpdateMetadataAsync(ada.Id, changes, Token);
        if (fits)
        {
            Assert.Equal(MetadataOutcome.Updated, (await update).Outcome);
            return;
        }

        var failure = await Assert.ThrowsAsync<ClerkMetadataException>(() => update);
        Assert.Equal("private_metadata", failure.Path);
        Assert.Contains("would have 8193 bytes; Clerk keeps 8192", failure.Message, StringComparison.Ordinal);
        Assert.Equal([$"/v1/users/{ada.Id}"], world.World.Requests);
    }

    [Fact]
    public async Task Public_metadata_that_are_large_for_a_session_token_are_a_warning_without_their_text()
    {
        await using var world = await StartAsync();
        var ada = world.Clerk.Users.Create();
        await world.Users.UpdateMetadataAsync(ada.Id, new ClerkMetadataChanges().Private(new JsonObject { ["a"] = new string('x', 2000) }), Token);
        await world.Users.UpdateMetadataAsync(ada.Id, new ClerkMetadataChanges().Public(new JsonObject { ["a"] = new string('x', 1192) }), Token);
        Assert.Equal(0, world.Log.Collector.Count);
        await world.Users.UpdateMetadataAsync(ada.Id, new ClerkMetadataChanges().Public(new JsonObject { ["a"] = new string('x', 1193) }), Token);
        var line = Assert.Single(world.Log.Collector.GetSnapshot());
        Assert.Equal(LogLevel.Warning, line.Level);
        Assert.Contains("has 1201 bytes", line.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("xxx", line.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_that_Clerk_does_not_have_is_named()
    {
        await using var world = await StartAsync();
        var changes = new ClerkMetadataChanges().Public(new JsonObject { ["a"] = 1 });
        var failure = await Assert.ThrowsAsync<ClerkApiException>(() => world.Users.UpdateMetadataAsync("user_nobody", changes, Token));
        Assert.Equal((404, "resource_not_found", false), (failure.Status, failure.Code, failure.IsTransient));
        Assert.StartsWith("Clerk has no user user_nobody", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => world.Users.UpdateMetadataAsync("org_1", changes, Token));
        Assert.Equal(["/v1/users/user_nobody"], world.World.Requests);
    }

    [Fact]
    public async Task Without_a_key_or_with_one_of_another_instance_nothing_is_written()
    {
        await using var world = await StartAsync();
        var ada = world.Clerk.Users.Create();
        var changes = new ClerkMetadataChanges().Public(new JsonObject { ["a"] = 1 });
        var keyless = new ClerkUsers(world.World.MakeMetadataWriter(world.Log, secretKey: null));
        Assert.Contains("CLERK_SECRET_KEY", (await Assert.ThrowsAsync<ClerkApiException>(() => keyless.UpdateMetadataAsync(ada.Id, changes, Token))).Message, StringComparison.Ordinal);

        await world.World.World.Engine.ReceiveAsync("msg_1", Bodies.User("user.created", "user_1", 0));
        var failure = await Assert.ThrowsAsync<ClerkApiException>(() => world.Users.UpdateMetadataAsync(ada.Id, changes, Token));
        Assert.Contains(Bodies.Instance, failure.Message, StringComparison.Ordinal);
        Assert.Empty(world.World.Requests);
    }

    [Fact]
    public async Task A_refusal_of_Clerk_is_told_and_changes_nothing_here()
    {
        await using var world = await StartAsync();
        var ada = world.Clerk.Users.Create();
        world.World.Trouble = path => path.EndsWith("/metadata", StringComparison.Ordinal) ? HttpStatusCode.UnprocessableContent : null;
        var failure = await Assert.ThrowsAsync<ClerkApiException>(() => world.Users.UpdateMetadataAsync(ada.Id, new ClerkMetadataChanges().Public(new JsonObject { ["a"] = 1 }), Token));
        Assert.Equal(422, failure.Status);
        Assert.Null(await world.World.Mirror.FindUserAsync(ada.Id, Token));
    }

    [Theory]
    [InlineData(nameof(StorageFault.Data))]
    [InlineData(nameof(StorageFault.Unknown))]
    public async Task What_is_written_in_Clerk_is_written_even_if_the_database_does_not_take_it(string fault)
    {
        await using var world = await StartAsync();
        var ada = world.Clerk.Users.Create();
        var database = new FaultyDatabase(world.World.World.Engine.Database) { NextFault = () => Enum.Parse<StorageFault>(fault) };
        var users = new ClerkUsers(world.World.MakeMetadataWriter(world.Log, world.Clerk.SecretKey, new(database, null, world.World.World.Clock)));

        var update = await users.UpdateMetadataAsync(ada.Id, new ClerkMetadataChanges().Public(new JsonObject { ["a"] = 1 }), Token);

        Assert.Equal(MetadataOutcome.Updated, update.Outcome);
        Assert.Contains($"Clerk has written the metadata of users/{ada.Id}, but the mirror has not.", Assert.Single(world.Log.Collector.GetSnapshot()).Message, StringComparison.Ordinal);
        Assert.Null(await world.World.Mirror.FindUserAsync(ada.Id, Token));
    }

    [Fact]
    public async Task Whoever_waits_does_not_wait_for_ever()
    {
        await using var world = await StartAsync();
        var ada = world.Clerk.Users.Create();
        world.World.Hold = new TaskCompletionSource().Task;
        var update = world.Users.UpdateMetadataAsync(ada.Id, new ClerkMetadataChanges().Public(new JsonObject { ["a"] = 1 }), Token);
        await world.World.Held.Task.WaitAsync(Token);
        world.World.World.Clock.Advance(TimeSpan.FromSeconds(5));
        var failure = await Assert.ThrowsAsync<ClerkApiException>(() => update);
        Assert.True(failure.IsTransient);
        Assert.Contains("within 5 s (ReadThrough.Timeout). Whether Clerk has written is not known", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_organization_is_changed_alike()
    {
        await using var world = await StartAsync();
        var ada = world.Clerk.Users.Create();
        var lantern = world.Clerk.Organizations.Create("Lantern", createdBy: ada.Id);
        var organizations = new ClerkOrganizations(world.World.MakeMetadataWriter(world.Log, world.Clerk.SecretKey));
        var changes = new ClerkMetadataChanges().Public(new JsonObject { ["tier"] = "gold" });
        Assert.Equal(MetadataOutcome.Updated, (await organizations.UpdateMetadataAsync(lantern.Id, changes, Token)).Outcome);
        var again = await organizations.UpdateMetadataAsync(lantern.Id, changes, Token);
        Assert.Equal((MetadataOutcome.Unchanged, "Lantern"), (again.Outcome, again.Organization.Name));
        Assert.Contains("gold", (await world.World.Mirror.FindOrganizationAsync(lantern.Id, Token))!.PublicMetadata!.Value.GetRawText(), StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => organizations.UpdateMetadataAsync(lantern.Id, new ClerkMetadataChanges().Unsafe([]), Token));
        await Assert.ThrowsAsync<ArgumentException>(() => organizations.UpdateMetadataAsync("lantern", changes, Token));
        Assert.Contains("Clerk has no organization org_nobody", (await Assert.ThrowsAsync<ClerkApiException>(() => organizations.UpdateMetadataAsync("org_nobody", changes, Token))).Message, StringComparison.Ordinal);
    }

    private async Task<UsersWorld> StartAsync() => new(await ReadThroughWorld.StartAsync(kind, postgres));

    private sealed class UsersWorld : IAsyncDisposable
    {
        public UsersWorld(ReadThroughWorld world)
        {
            World = world;
            Users = new(world.MakeMetadataWriter(Log, world.World.Clerk.SecretKey));
        }

        public ReadThroughWorld World { get; }

        public FakeLogger Log { get; } = new();

        public ClerkUsers Users { get; }

        public ClerkEmulator Clerk => World.World.Clerk;

        public ValueTask DisposeAsync() => World.DisposeAsync();
    }

    internal sealed record Notes(string Text, IReadOnlyList<string> Tags);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(Notes))]
    internal sealed partial class Context : JsonSerializerContext;
}

public sealed class SqliteClerkUsersTests(PostgresServer postgres) : ClerkUsersTests(DatabaseKind.Sqlite, postgres);

public sealed class PostgreSqlClerkUsersTests(PostgresServer postgres) : ClerkUsersTests(DatabaseKind.PostgreSql, postgres);
