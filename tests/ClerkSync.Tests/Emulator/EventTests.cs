using System.Text.Json.Nodes;
using ClerkSync.Emulator;
using ClerkSync.Events;
using ClerkSync.Tests.Documents;

namespace ClerkSync.Tests.Emulator;

/// <summary>One story that makes an event of every kind: each is signed, readable, and has the members of the sample.</summary>
public sealed class EventTests : IAsyncLifetime
{
    private static readonly string[] NotMadeByObjects =
        ["email.created", "sms.created", "paymentAttempt.created", "paymentAttempt.updated", "subscriptionItem.created", "subscriptionItem.expired"];

    private ClerkEmulator clerk = null!;
    private Receiver receiver = null!;

    public async ValueTask InitializeAsync()
    {
        clerk = await ClerkEmulator.StartAsync(new() { HasBilling = true, TellsInvitations = true }, TestContext.Current.CancellationToken);
        receiver = new(clerk.SigningSecret);
        clerk.DeliverTo(Receiver.Url, receiver.Options);
    }

    public async ValueTask DisposeAsync()
    {
        await clerk.DisposeAsync();
        receiver.Dispose();
    }

    [Fact]
    public async Task Every_event_type_is_made_signed_and_shaped_like_its_sample()
    {
        TellStory();
        await clerk.WhenSettledAsync(TestContext.Current.CancellationToken);

        Assert.All(receiver.All, r => Assert.True(r.Webhook.IsVerified, r.Webhook.Refusal?.ToString()));
        Assert.Equal(clerk.Messages.Select(m => m.Id), receiver.All.Select(r => r.Id));
        Assert.DoesNotContain(receiver.All, r => r.Webhook.Event is UnknownEvent);
        var byType = receiver.All.GroupBy(r => r.Type).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        var expected = Directory.EnumerateFiles(Repository.PathOf("tests", "Vectors", "samples"), "*.json").Select(f => Path.GetFileNameWithoutExtension(f)!)
            .Except(NotMadeByObjects, StringComparer.Ordinal).Order(StringComparer.Ordinal);
        Assert.Equal(expected, byType.Keys.Order(StringComparer.Ordinal));
        foreach (var (type, received) in byType)
        {
            var sample = JsonNode.Parse(File.ReadAllBytes(Repository.PathOf("tests", "Vectors", "samples", type + ".json")))!;
            HasSameMembers(sample, JsonNode.Parse(received.Body)!, type);
        }
    }

    [Fact]
    public async Task A_body_is_compact_and_sorted_with_the_times_of_its_change()
    {
        var user = clerk.Users.Create("søren@example.com", "Søren & <Co>");
        await clerk.WhenSettledAsync(TestContext.Current.CancellationToken);

        var text = System.Text.Encoding.UTF8.GetString(receiver.All[0].Body);
        Assert.StartsWith("""{"data":{"backup_code_enabled":false,"banned":false,""", text, StringComparison.Ordinal);
        Assert.Contains("\"first_name\":\"Søren & <Co>\"", text, StringComparison.Ordinal);
        Assert.EndsWith(""","type":"user.created"}""", text, StringComparison.Ordinal);
        var made = Assert.IsType<UserCreated>(receiver.All[0].Webhook.Event);
        Assert.Equal((user.Id, clerk.InstanceId), (made.Data.Id, made.InstanceId));
        Assert.True(made.OccurredAt >= made.Data.UpdatedAt);
    }

    [Fact]
    public async Task A_deletion_tells_of_its_object_only()
    {
        var user = clerk.Users.Create("ada@example.com");
        var organization = clerk.Organizations.Create("Lantern", user.Id);
        clerk.Sessions.Create(user.Id);
        var before = clerk.Messages.Count;
        clerk.Users.Delete(user.Id);
        clerk.Organizations.Delete(organization.Id);
        Assert.Equal(["user.deleted", "organization.deleted"], clerk.Messages.Skip(before).Select(m => m.Type));
        Assert.Equal((0, 0), (clerk.Memberships.Count, clerk.Sessions.Count));
        await clerk.WhenSettledAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_deletion_tells_of_children_if_asked_to()
    {
        await using var other = await ClerkEmulator.StartAsync(new() { TellsDeletedChildren = true }, TestContext.Current.CancellationToken);
        var user = other.Users.Create();
        other.Organizations.Create("Lantern", user.Id);
        other.Users.Delete(user.Id);
        Assert.Equal(["user.deleted", "organizationMembership.deleted"], other.Messages.TakeLast(2).Select(m => m.Type));
    }

    private void TellStory()
    {
        var mara = clerk.Users.Create("mara@example.com", "Mara", externalId: "crm-1");
        var jun = clerk.Users.Create("jun@example.com");
        clerk.Users.Update(mara.Id, new() { ["last_name"] = "Lindqvist" });
        var organization = clerk.Organizations.Create("Lantern", mara.Id);
        clerk.Organizations.Update(organization.Id, new() { ["name"] = "Lantern Labs" });
        var membership = clerk.Memberships.Create(organization.Id, jun.Id);
        clerk.Memberships.ChangeRole(membership.Id, "org:admin");
        clerk.Memberships.Delete(membership.Id);
        clerk.OrganizationInvitations.Accept(clerk.OrganizationInvitations.Create(organization.Id, "jun@example.com", inviterId: mara.Id).Id, jun.Id);
        clerk.OrganizationInvitations.Revoke(clerk.OrganizationInvitations.Create(organization.Id, "lin@example.com").Id);
        var domain = clerk.Domains.Create(organization.Id, "lantern.example");
        clerk.Domains.Update(domain.Id, new() { ["verified"] = true });
        clerk.Domains.Delete(domain.Id);

        var permission = clerk.Permissions.Create("org:reports:read", "Read reports");
        var role = clerk.Roles.Create("org:auditor", "Auditor", permission.Id);
        clerk.Permissions.Update(permission.Id, new() { ["name"] = "Read all reports" });
        clerk.Roles.Update(role.Id, new() { ["description"] = "Reads" });
        clerk.Roles.Delete(role.Id);
        clerk.Permissions.Delete(permission.Id);

        clerk.Sessions.End(clerk.Sessions.Create(jun.Id).Id);
        clerk.Sessions.End(clerk.Sessions.Create(jun.Id).Id, "removed");
        clerk.Sessions.End(clerk.Sessions.Create(jun.Id, isPending: true).Id, "revoked");
        clerk.Invitations.Revoke(clerk.Invitations.Create("lin@example.com").Id);
        clerk.Invitations.Accept(clerk.Invitations.Create("lin@example.com").Id);
        clerk.Waitlist.Invite(clerk.Waitlist.Create("early@example.com").Id);

        var plan = clerk.Billing.CreatePlan("pro", "Pro", monthlyFee: 1900);
        var item = clerk.Billing.Subscribe(mara.Id, plan, isFreeTrial: true);
        clerk.Billing.TellFreeTrialEnding(item.Id);
        foreach (var status in (string[])["past_due", "active", "canceled", "upcoming", "abandoned", "incomplete", "active"])
            clerk.Billing.SetStatus(item.Id, status);
        clerk.Billing.Renew(item.Id);

        clerk.Organizations.Delete(organization.Id);
        clerk.Users.Delete(mara.Id);
    }

    // lists are left out: what is in them is another matter
    private static void HasSameMembers(JsonNode sample, JsonNode made, string path)
    {
        if (sample is not JsonObject expected || made is not JsonObject actual)
            return;
        var names = (expected.Select(m => m.Key).Order(StringComparer.Ordinal), actual.Select(m => m.Key).Order(StringComparer.Ordinal));
        Assert.True(names.Item1.SequenceEqual(names.Item2), $"{path}: {string.Join(' ', names.Item1.Except(names.Item2))} missing, {string.Join(' ', names.Item2.Except(names.Item1))} too many");
        foreach (var (name, value) in expected)
        {
            if (value is not null && actual[name] is { } other && !name.EndsWith("_metadata", StringComparison.Ordinal))
                HasSameMembers(value, other, $"{path}.{name}");
        }
    }
}
