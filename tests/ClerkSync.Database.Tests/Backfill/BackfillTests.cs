using ClerkSync.Backfill;
using ClerkSync.Database.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClerkSync.Database.Tests.Backfill;

/// <summary>The mirror is filled from Clerk's lists, whatever changes while they are read.</summary>
public sealed class BackfillTests(PostgresServer postgres)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Everything_that_Clerk_can_list_is_there_afterwards(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres, o => (o.HasBilling, o.SecretKey) = (true, "sk_live_emulator"));
        var clerk = world.Clerk;
        var ada = clerk.Users.Create("ada@example.com", "Ada", "Lovelace", externalId: "7");
        var grace = clerk.Users.Create("grace@example.com");
        var team = clerk.Organizations.Create("Harbor", ada.Id);
        clerk.Memberships.Create(team.Id, grace.Id);
        clerk.OrganizationInvitations.Create(team.Id, "new@example.com", inviterId: ada.Id);
        clerk.Domains.Create(team.Id, "lantern.example");
        clerk.Permissions.Create("org:invoices:read", "Read invoices");
        clerk.Roles.Create("org:billing", "Billing", "org:invoices:read");
        clerk.Invitations.Create("friend@example.com");
        var revoked = clerk.Invitations.Create("foe@example.com");
        clerk.Invitations.Revoke(revoked.Id);
        clerk.Waitlist.Create("later@example.com");

        var report = await world.BackfillAsync();

        Assert.True(report.IsComplete);
        Assert.All(report.Tables, t => Assert.True(t.Read > 0 && t.Gap is null && t.Failure is null && t.NotOffered is null, $"{t.Table}: {t.Read} {t.Gap} {t.Failure} {t.NotOffered}"));
        Assert.Equal(clerk.Users.List().Select(u => u.Id).Order(StringComparer.Ordinal), await world.LiveAsync("users"));
        Assert.Equal(2, (await world.LiveAsync("organization_memberships")).Count);
        Assert.Equal(2, (await world.LiveAsync("invitations")).Count);
        Assert.Equal(["ada@example.com", "Ada Lovelace", "7", "backfill", "2", null], (await world.Engine.QueryAsync(
            $"SELECT primary_email_address, full_name, external_id, sync_source, sync_completeness, sync_message_id FROM {{users}} WHERE id = '{ada.Id}'"))[0]);
        Assert.Equal(["revoked"], (await world.Engine.QueryAsync($"SELECT status FROM {{invitations}} WHERE id = '{revoked.Id}'"))[0]);
        Assert.Equal(clerk.InstanceId, await world.Engine.ScalarAsync("SELECT value FROM {{checkpoints}} WHERE name = 'instance'"));
        Assert.Equal(0, (await world.DryRunAsync()).DriftCount);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_run_that_was_killed_goes_on_within_one_page(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        for (var i = 0; i < 40; i++)
            world.Clerk.Users.Create($"user{i}@example.com");
        var pages = 0;
        using var killed = new CancellationTokenSource();
        world.OnRequest = path =>
        {
            if (path.StartsWith("/v1/users?", StringComparison.Ordinal) && ++pages == 6)
                killed.Cancel();
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => world.Backfill(pageSize: 4).RunAsync(fromStart: false, null, killed.Token));
        var before = await world.LiveAsync("users");
        world.Requests.Clear();
        var report = await world.BackfillAsync(pageSize: 4);

        Assert.InRange(before.Count, 12, 20);
        Assert.True(report.IsComplete);
        Assert.Equal(40, (await world.LiveAsync("users")).Count);
        Assert.True(world.Requests.Count(r => r.StartsWith("/v1/users?", StringComparison.Ordinal)) <= 11 - (before.Count / 4) + 1, string.Join('\n', world.Requests));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_second_run_begins_anew_and_changes_nothing(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var ada = world.Clerk.Users.Create("ada@example.com");
        world.Clerk.Organizations.Create("Harbor", ada.Id);
        await world.BackfillAsync();

        var again = await world.BackfillAsync();

        Assert.Equal(0, again.Tables.Sum(t => t.Applied));
        Assert.True(again.Tables.Sum(t => t.Known) > 0);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_list_that_moves_while_it_is_read_is_read_whole(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var teams = Enumerable.Range(0, 60).Select(i => world.Clerk.Organizations.Create($"Team {i}")).ToArray();
        var requests = 0;
        world.OnRequest = path =>
        {
            // Twelve of those that were read are gone: all that follow move by more than pages overlap.
            if (path.StartsWith("/v1/organizations?", StringComparison.Ordinal) && ++requests == 4)
            {
                foreach (var team in teams.Take(12))
                    world.Clerk.Organizations.Delete(team.Id);
            }
        };

        var report = await world.BackfillAsync(pageSize: 6);

        Assert.True(report.IsComplete);
        Assert.Null(report.Tables.Single(t => t.Table == "organizations").Gap);
        Assert.Empty(teams.Skip(12).Select(t => t.Id).Except(await world.LiveAsync("organizations"), StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task The_user_that_a_page_was_to_follow_may_be_deleted(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var users = Enumerable.Range(0, 20).Select(i => world.Clerk.Users.Create($"user{i}@example.com")).ToArray();
        world.OnRequest = path =>
        {
            if (path.Contains($"starting_after={users[7].Id}", StringComparison.Ordinal) && world.Clerk.Users.Find(users[7].Id) is not null)
                world.Clerk.Users.Delete(users[7].Id);
        };

        var report = await world.BackfillAsync(pageSize: 4);

        Assert.True(report.IsComplete);
        Assert.Equal(users.Select(u => u.Id).Order(StringComparer.Ordinal), await world.LiveAsync("users"));
        Assert.Null(world.Clerk.Users.Find(users[7].Id));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task An_instance_without_billing_is_filled_all_the_same(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        world.Clerk.Users.Create("ada@example.com");
        world.OnAnswer = static (request, response) => request.RequestUri!.AbsolutePath.StartsWith("/v1/billing", StringComparison.Ordinal) ? Refusal(response, 403, "billing_disabled") : response;

        var report = await world.BackfillAsync();

        Assert.True(report.IsComplete);
        Assert.Equal("billing_disabled", report.Tables.Single(t => t.Table == "subscription_items").NotOffered);
        Assert.Single(await world.LiveAsync("users"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task One_list_that_fails_stops_only_itself_and_is_gone_on_with(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var ada = world.Clerk.Users.Create("ada@example.com");
        world.Clerk.Organizations.Create("Harbor", ada.Id);
        world.OnAnswer = static (request, response) => request.RequestUri!.AbsolutePath == "/v1/organization_memberships" ? Refusal(response, 500, "internal_error") : response;

        var report = await world.BackfillAsync();

        Assert.False(report.IsComplete);
        Assert.Contains("500", report.Tables.Single(t => t.Table == "organization_memberships").Failure, StringComparison.Ordinal);
        Assert.Single(await world.LiveAsync("users"));
        world.OnAnswer = static (_, response) => response;
        Assert.True((await world.BackfillAsync()).IsComplete);
        Assert.Single(await world.LiveAsync("organization_memberships"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_list_that_ends_too_early_is_not_taken_for_everything(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        for (var i = 0; i < 8; i++)
            world.Clerk.Users.Create($"user{i}@example.com");
        world.OnAnswer = static (request, response) =>
        {
            if (request.RequestUri!.PathAndQuery.Contains("/users?", StringComparison.Ordinal) && request.RequestUri.Query.Contains("starting_after", StringComparison.Ordinal))
                response.Content = new StringContent("[]", System.Text.Encoding.UTF8, "application/json");
            return response;
        };

        var report = await world.BackfillAsync(pageSize: 4);

        Assert.Equal("Clerk counts 8 and lists 4", report.Tables.Single(t => t.Table == "users").Gap);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_key_of_another_instance_writes_nothing(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        world.Clerk.Users.Create("ada@example.com");
        await world.Engine.ExecuteAsync("INSERT INTO {{checkpoints}} (name, value) VALUES ('instance', 'ins_3B91RIADOEaq07LDgixv9xe7Yai')");

        var exception = await Assert.ThrowsAsync<WrongInstanceException>(() => world.BackfillAsync());

        Assert.Contains(world.Clerk.InstanceId, exception.Message, StringComparison.Ordinal);
        Assert.Empty(await world.LiveAsync("users"));
        await Assert.ThrowsAsync<WrongInstanceException>(() => world.ReconcileAsync());
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Two_servers_do_not_fill_the_same_database(DatabaseKind kind)
    {
        await using var world = await SyncWorld.StartAsync(kind, postgres);
        var other = new SyncLease(world.Engine.Database.Dialect);
        Assert.True(await other.TryTakeAsync(world.Engine.Database, CancellationToken.None));

        await Assert.ThrowsAsync<SyncBusyException>(() => world.BackfillAsync());
        await other.ReleaseAsync(world.Engine.Database, NullLogger.Instance);

        Assert.True((await world.BackfillAsync()).IsComplete);
    }

    internal static HttpResponseMessage Refusal(HttpResponseMessage instead, int status, string code)
    {
        instead.StatusCode = (System.Net.HttpStatusCode)status;
        instead.Content = new StringContent($$"""{"errors":[{"message":"no","long_message":"no","code":"{{code}}"}],"clerk_trace_id":"abc"}""", System.Text.Encoding.UTF8, "application/json");
        return instead;
    }
}
