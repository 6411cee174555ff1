using System.Text.Json.Nodes;
using ClerkSync.Emulator;

namespace ClerkSync.Tests.Emulator;

public sealed class PopulationTests
{
    [Fact]
    public async Task A_population_looks_like_users_who_were_created_and_can_be_changed()
    {
        await using var clerk = await StartAsync(users: 7);
        using var api = new ApiCaller(clerk);
        var made = clerk.Users.Create("ada@example.com");
        var ids = await api.ReadUserIdsAsync(limit: 3);
        Assert.Equal((8, made.Id), (ids.Count, ids[^1]));

        var generated = (await api.GetAsync($"users/{ids[2]}")).Body;
        var own = (await api.GetAsync($"users/{made.Id}")).Body;
        Assert.Equal(Names(own), Names(generated));
        Assert.Equal(Names(own["email_addresses"]![0]!), Names(generated["email_addresses"]![0]!));

        clerk.Users.Update(ids[2], new() { ["first_name"] = "Nadia" });
        clerk.Users.Delete(ids[4]);
        Assert.Equal(ids.Where(i => i != ids[4]), await api.ReadUserIdsAsync(limit: 3));
        Assert.Equal([.. ids.Where(i => i != ids[4]).Reverse()], (await api.GetAsync("users?limit=500")).Ids);
        Assert.Equal("Nadia", (await api.GetAsync($"users/{ids[2]}")).Body["first_name"]!.GetValue<string>());
        Assert.Equal(404, (await api.GetAsync($"users/{ids[4]}")).Status);
        Assert.Equal(7, (await api.GetAsync("users/count")).Body["total_count"]!.GetValue<int>());
    }

    [Fact]
    public async Task The_same_seed_makes_the_same_population()
    {
        await using var one = await StartAsync(users: 1_000_000);
        await using var other = await StartAsync(users: 1_000_000);
        using var first = new ApiCaller(one);
        using var second = new ApiCaller(other);
        Assert.Equal((await first.GetAsync("users?offset=999990")).Ids, (await second.GetAsync("users?offset=999990")).Ids);
    }

    [Fact]
    public async Task Somebody_imported_with_an_early_time_stands_in_the_middle()
    {
        await using var clerk = await StartAsync(users: 4);
        using var api = new ApiCaller(clerk);
        var ids = await api.ReadUserIdsAsync(limit: 2);
        var second = clerk.Users.Find(ids[1])!.CreatedAt!.Value;
        var early = clerk.Users.Create(new JsonObject { ["created_at"] = second.ToUnixTimeMilliseconds() + 1 });
        Assert.Equal([ids[0], ids[1], early.Id, ids[2], ids[3]], await api.ReadUserIdsAsync(limit: 2));
    }

    [Fact]
    public async Task Organizations_of_a_population_have_members_who_look_like_others()
    {
        await using var clerk = await ClerkEmulator.StartAsync(
            new() { RequestsPerTenSeconds = int.MaxValue, Population = new() { Users = 5, Organizations = 4, MembersPerOrganization = 3 } }, TestContext.Current.CancellationToken);
        using var api = new ApiCaller(clerk);
        var user = clerk.Users.Create("ada@example.com", "Ada");
        var own = clerk.Organizations.Create("Lantern", user.Id);
        var rows = (JsonArray)(await api.GetAsync("organization_memberships?limit=500&order_by=%2Bcreated_at")).Body["data"]!;
        Assert.Equal(13, rows.Count);
        var made = rows[^1]!;
        foreach (var row in rows)
        {
            Assert.Equal(Names(made), Names(row!));
            Assert.Equal(Names(made["organization"]!), Names(row!["organization"]!));
            Assert.Equal(Names(made["public_user_data"]!), Names(row["public_user_data"]!));
            Assert.Equal(200, (await api.GetAsync($"users/{row["public_user_data"]!["user_id"]}")).Status);
        }

        var first = rows[0]!["organization"]!["id"]!.GetValue<string>();
        Assert.Equal(first, (await api.GetAsync("organizations/organization-0")).Body["id"]!.GetValue<string>());
        Assert.Equal("org:admin", rows[0]!["role"]!.GetValue<string>());
        var member = rows[1]!["public_user_data"]!["user_id"]!.GetValue<string>();
        clerk.Users.Update(member, new() { ["first_name"] = "Nadia" });
        clerk.Memberships.ChangeRole(rows[1]!["id"]!.GetValue<string>(), "org:admin");
        var changed = (await api.GetAsync($"organizations/{first}/memberships?user_id={member}")).Body["data"]![0]!;
        Assert.Equal(("Nadia", "org:admin"), (changed["public_user_data"]!["first_name"]!.GetValue<string>(), changed["role"]!.GetValue<string>()));

        clerk.Users.Delete(member);
        clerk.Organizations.Delete(rows[3]!["organization"]!["id"]!.GetValue<string>());
        var left = (JsonArray)(await api.GetAsync("organization_memberships?limit=500")).Body["data"]!;
        var gone = rows.Count(r => r!["public_user_data"]!["user_id"]!.GetValue<string>() == member || r["organization"]!["id"]!.GetValue<string>() == rows[3]!["organization"]!["id"]!.GetValue<string>());
        Assert.Equal((13 - gone, clerk.Memberships.Count), (left.Count, left.Count));
        Assert.Equal([own.Id], (await api.GetAsync("organizations?query=lantern")).Ids);
    }

    [Fact]
    public async Task Another_first_number_leaves_the_population_as_it_is_and_makes_other_new_ids()
    {
        var options = new ClerkEmulatorOptions { Population = new() { Users = 3 } };
        await using var one = await ClerkEmulator.StartAsync(options, TestContext.Current.CancellationToken);
        await using var other = await ClerkEmulator.StartAsync(
            new() { Population = new() { Users = 3 }, FirstNumber = 1_000_000, HasBilling = true }, TestContext.Current.CancellationToken);
        using var first = new ApiCaller(one);
        using var second = new ApiCaller(other);

        Assert.Equal((one.InstanceId, one.SigningSecret), (other.InstanceId, other.SigningSecret));
        Assert.Equal((await first.GetAsync("users?limit=10")).Ids, (await second.GetAsync("users?limit=10")).Ids);
        Assert.Equal(one.Roles.List().Select(r => r.Id), other.Roles.List().Select(r => r.Id));
        var made = other.Users.Create("ada@example.com");
        Assert.NotEqual(one.Users.Create("ada@example.com").Id, made.Id);
        Assert.Empty(one.Messages.Select(m => m.Id).Intersect(other.Messages.Select(m => m.Id), StringComparer.Ordinal));
        Assert.Equal(made.Id, (await second.GetAsync($"users/{made.Id}")).Body["id"]!.GetValue<string>());

        await Assert.ThrowsAsync<ArgumentException>(() => ClerkEmulator.StartAsync(new() { FirstNumber = -1 }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_population_that_cannot_be_is_refused() => await Assert.ThrowsAsync<ArgumentException>(() =>
        ClerkEmulator.StartAsync(new() { Population = new() { Users = 2, Organizations = 1 } }, TestContext.Current.CancellationToken));

    private static Task<ClerkEmulator> StartAsync(int users) => ClerkEmulator.StartAsync(
        new() { RequestsPerTenSeconds = int.MaxValue, Population = new() { Users = users } }, TestContext.Current.CancellationToken);

    private static IEnumerable<string> Names(JsonNode node) => ((JsonObject)node).Select(m => m.Key).Order(StringComparer.Ordinal);
}
