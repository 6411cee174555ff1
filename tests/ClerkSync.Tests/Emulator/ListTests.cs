using System.Text.Json.Nodes;
using ClerkSync.Emulator;

namespace ClerkSync.Tests.Emulator;

/// <summary>Every list has the shape and the oddities of Clerk's.</summary>
public sealed class ListTests : IAsyncLifetime
{
    private ClerkEmulator clerk = null!;
    private ApiCaller api = null!;

    public async ValueTask InitializeAsync()
    {
        clerk = await ClerkEmulator.StartAsync(new() { RequestsPerTenSeconds = int.MaxValue, HasBilling = true }, TestContext.Current.CancellationToken);
        api = new(clerk);
    }

    public async ValueTask DisposeAsync()
    {
        api.Dispose();
        await clerk.DisposeAsync();
    }

    [Theory]
    [InlineData("users", true, false)]
    [InlineData("invitations", true, true)]
    [InlineData("sessions?user_id={user}", true, true)]
    [InlineData("organizations", false, false)]
    [InlineData("organization_memberships", false, false)]
    [InlineData("organization_invitations", false, false)]
    [InlineData("organization_domains", false, false)]
    [InlineData("organization_roles", false, false)]
    [InlineData("organization_permissions", false, false)]
    [InlineData("organizations/{organization}/memberships", false, false)]
    [InlineData("organizations/{organization}/invitations", false, false)]
    [InlineData("organizations/{organization}/domains", false, false)]
    [InlineData("users/{user}/organization_memberships", false, false)]
    [InlineData("users/{user}/organization_invitations", false, false)]
    [InlineData("waitlist_entries", false, false)]
    [InlineData("billing/plans", false, false)]
    [InlineData("billing/subscription_items?include_free=true", false, false)]
    public async Task Bare_or_with_a_count(string path, bool isBare, bool canPaginate)
    {
        var (user, organization) = Furnish();
        path = path.Replace("{user}", user, StringComparison.Ordinal).Replace("{organization}", organization, StringComparison.Ordinal);

        var reply = await api.GetAsync(path);
        Assert.Equal(200, reply.Status);
        Assert.NotEmpty(reply.Ids);
        Assert.Equal(isBare, reply.Body is JsonArray);
        if (!isBare)
            Assert.Equal(reply.Ids.Count(), reply.Body["total_count"]!.GetValue<int>());

        var paginated = await api.GetAsync(path + (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "paginated=true");
        Assert.Equal(isBare && !canPaginate, paginated.Body is JsonArray);
    }

    [Fact]
    public async Task Revoked_invitations_are_left_out_unless_asked_for()
    {
        var revoked = clerk.Invitations.Revoke(clerk.Invitations.Create("lin@example.com").Id);
        var pending = clerk.Invitations.Create("jun@example.com");
        Assert.Equal([pending.Id], (await api.GetAsync("invitations")).Ids);
        Assert.Equal([revoked.Id], (await api.GetAsync("invitations?status=revoked")).Ids);
    }

    [Fact]
    public async Task Revoked_organization_invitations_are_listed()
    {
        var organization = clerk.Organizations.Create("Lantern");
        var revoked = clerk.OrganizationInvitations.Revoke(clerk.OrganizationInvitations.Create(organization.Id, "lin@example.com").Id);
        Assert.Equal([revoked.Id], (await api.GetAsync("organization_invitations")).Ids);
    }

    [Fact]
    public async Task Free_items_are_left_out_unless_asked_for()
    {
        var user = clerk.Users.Create("ada@example.com");
        Assert.Empty((await api.GetAsync("billing/subscription_items")).Ids);
        Assert.Single((await api.GetAsync("billing/subscription_items?include_free=true")).Ids);
        var item = clerk.Billing.Subscribe(user.Id, clerk.Billing.CreatePlan("pro", "Pro", 1900));
        Assert.Equal([item.Id], (await api.GetAsync("billing/subscription_items")).Ids);
        var subscription = (await api.GetAsync($"users/{user.Id}/billing/subscription")).Body;
        Assert.Equal(item.Id, subscription["subscription_items"]![0]!["id"]!.GetValue<string>());
        Assert.Equal(user.Id, subscription["payer"]!["user_id"]!.GetValue<string>());
    }

    [Fact]
    public async Task Sessions_are_listed_for_a_user_or_a_client()
    {
        var user = clerk.Users.Create();
        var session = clerk.Sessions.Create(user.Id);
        Assert.Equal(422, (await api.GetAsync("sessions")).Status);
        Assert.Equal([session.Id], (await api.GetAsync($"sessions?client_id={session.ClientId}")).Ids);
        Assert.Empty((await api.GetAsync($"sessions?user_id={user.Id}&status=revoked")).Ids);
        Assert.Equal("revoked", (await api.SendAsync(HttpMethod.Post, $"sessions/{session.Id}/revoke")).Body["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task Memberships_of_the_whole_instance_show_organization_and_user()
    {
        var (user, organization) = Furnish();
        var row = (await api.GetAsync($"organization_memberships?order_by=%2Bcreated_at&user_id={user}")).Body["data"]![0]!;
        Assert.Equal(organization, row["organization"]!["id"]!.GetValue<string>());
        Assert.Equal(user, row["public_user_data"]!["user_id"]!.GetValue<string>());
        Assert.Equal("org:admin", row["role"]!.GetValue<string>());
        Assert.Null(row["organization"]!["members_count"]);
    }

    [Fact]
    public async Task Organizations_count_members_when_asked_to()
    {
        var (_, organization) = Furnish();
        Assert.Null((await api.GetAsync("organizations")).Body["data"]![0]!["members_count"]);
        Assert.Equal(1, (await api.GetAsync("organizations?include_members_count=true")).Body["data"]![0]!["members_count"]!.GetValue<int>());
        Assert.Equal(organization, (await api.GetAsync("organizations/lantern")).Body["id"]!.GetValue<string>());
    }

    [Fact]
    public async Task Organizations_and_memberships_are_written()
    {
        var user = clerk.Users.Create().Id;
        var other = clerk.Users.Create().Id;
        var organization = (await api.SendAsync(HttpMethod.Post, "organizations", new JsonObject { ["name"] = "Harbor", ["created_by"] = user })).Body["id"]!.GetValue<string>();
        var joined = await api.SendAsync(HttpMethod.Post, $"organizations/{organization}/memberships", new JsonObject { ["user_id"] = other, ["role"] = "org:member" });
        Assert.Equal(200, joined.Status);
        var raised = await api.SendAsync(HttpMethod.Patch, $"organizations/{organization}/memberships/{other}", new JsonObject { ["role"] = "org:admin" });
        Assert.Equal("org:admin", raised.Body["role"]!.GetValue<string>());
        var left = await api.SendAsync(HttpMethod.Delete, $"organizations/{organization}/memberships/{other}");
        Assert.Equal("organization_membership", left.Body["object"]!.GetValue<string>());
        Assert.Equal(404, (await api.SendAsync(HttpMethod.Delete, $"organizations/{organization}/memberships/{other}")).Status);
        Assert.True((await api.SendAsync(HttpMethod.Delete, $"organizations/{organization}")).Body["deleted"]!.GetValue<bool>());
        Assert.Empty((await api.GetAsync("organization_memberships")).Ids);
    }

    [Fact]
    public async Task The_instance_says_who_it_is()
    {
        var reply = await api.GetAsync("instance");
        Assert.Equal((clerk.InstanceId, "development"), (reply.Body["id"]!.GetValue<string>(), reply.Body["environment_type"]!.GetValue<string>()));
    }

    private (string User, string Organization) Furnish()
    {
        var user = clerk.Users.Create("mara@example.com", "Mara");
        var organization = clerk.Organizations.Create("Lantern", user.Id);
        clerk.Invitations.Create("lin@example.com");
        clerk.OrganizationInvitations.Create(organization.Id, "mara@example.com", inviterId: user.Id);
        clerk.Domains.Create(organization.Id, "lantern.example");
        clerk.Sessions.Create(user.Id);
        clerk.Waitlist.Create("early@example.com");
        return (user.Id, organization.Id);
    }
}
