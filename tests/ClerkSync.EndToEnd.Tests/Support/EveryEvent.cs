using System.Text.Json.Nodes;
using ClerkSync.Emulator;

namespace ClerkSync.EndToEnd.Tests.Support;

/// <summary>A life in which every event that the emulator makes happens at least once.</summary>
internal static class EveryEvent
{
    public static IReadOnlyList<string> Types { get; } =
    [
        "email.created",
        "invitation.accepted", "invitation.created", "invitation.revoked",
        "organization.created", "organization.deleted", "organization.updated",
        "organizationDomain.created", "organizationDomain.deleted", "organizationDomain.updated",
        "organizationInvitation.accepted", "organizationInvitation.created", "organizationInvitation.revoked",
        "organizationMembership.created", "organizationMembership.deleted", "organizationMembership.updated",
        "permission.created", "permission.deleted", "permission.updated",
        "role.created", "role.deleted", "role.updated",
        "session.created", "session.ended", "session.pending", "session.removed", "session.revoked",
        "subscription.active", "subscription.created", "subscription.pastDue", "subscription.updated",
        "subscriptionItem.abandoned", "subscriptionItem.active", "subscriptionItem.canceled", "subscriptionItem.ended",
        "subscriptionItem.incomplete", "subscriptionItem.pastDue", "subscriptionItem.upcoming", "subscriptionItem.updated",
        "user.created", "user.deleted", "user.updated",
        "waitlistEntry.created", "waitlistEntry.updated",
    ];

    /// <summary>Lets it all happen. The emulator must have billing, and tell of invitations.</summary>
    public static void Happen(ClerkEmulator clerk)
    {
        var ada = clerk.Users.Create("ada@lantern.example", "Ada", "Žluťoučká \"quoted\" 🜚 </script>", "own-1").Id!;
        var bob = clerk.Users.Create(new JsonObject { ["username"] = "bob", ["phone_number"] = new JsonArray("+15555550100") }).Id!;
        clerk.Users.UpdateMetadata(ada, new() { ["public_metadata"] = new JsonObject { ["text"] = "ü\u2028\t\\/ é", ["number"] = 1.5, ["list"] = new JsonArray(1, null, true) } });
        clerk.Users.AddEmailAddress(ada, "second@lantern.example", isPrimary: true);

        var permission = clerk.Permissions.Create("org:reports:read", "Read reports").Id!;
        clerk.Permissions.Update(permission, new() { ["name"] = "See reports" });
        var role = clerk.Roles.Create("org:auditor", "Auditor", "org:reports:read").Id!;
        clerk.Roles.Update(role, new() { ["name"] = "Inspector" });

        var team = clerk.Organizations.Create("Lantern", ada).Id!;
        clerk.Organizations.Update(team, new() { ["name"] = "Lantern Works" });
        var membership = clerk.Memberships.Create(team, bob, "org:auditor").Id!;
        clerk.Memberships.ChangeRole(membership, "org:admin");
        clerk.OrganizationInvitations.Revoke(clerk.OrganizationInvitations.Create(team, "guest@lantern.example", inviterId: ada).Id!);
        var carol = clerk.Users.Create("carol@lantern.example").Id!;
        clerk.OrganizationInvitations.Accept(clerk.OrganizationInvitations.Create(team, "carol@lantern.example").Id!, carol);
        var domain = clerk.Domains.Create(team, "lantern.example").Id!;
        clerk.Domains.Update(domain, new() { ["verified"] = true });

        clerk.Sessions.Create(ada, isPending: true);
        foreach (var end in new[] { "ended", "removed", "revoked" })
            clerk.Sessions.End(clerk.Sessions.Create(ada, team).Id!, end);
        clerk.Invitations.Revoke(clerk.Invitations.Create("someone@lantern.example").Id!);
        clerk.Invitations.Accept(clerk.Invitations.Create("other@lantern.example").Id!);
        clerk.Waitlist.Reject(clerk.Waitlist.Create("waiting@lantern.example").Id!);
        clerk.Send("email.created", new() { ["id"] = "ema_1", ["object"] = "email", ["to_email_address"] = "ada@lantern.example", ["subject"] = "Hello" });

        Pay(clerk, bob);
        clerk.Users.Ban(bob);
        clerk.Users.Unban(bob);
        clerk.Domains.Delete(domain);
        clerk.Memberships.Delete(membership);
        clerk.Organizations.Delete(team);
        clerk.Roles.Delete(role);
        clerk.Permissions.Delete(permission);
        clerk.Users.Delete(ada);
    }

    private static void Pay(ClerkEmulator clerk, string userId)
    {
        var item = clerk.Billing.Subscribe(userId, clerk.Billing.CreatePlan("pro", "Pro", 900)).Id!;
        clerk.Billing.Renew(item);
        foreach (var status in new[] { "past_due", "active", "canceled", "upcoming", "incomplete", "abandoned", "ended" })
            clerk.Billing.SetStatus(item, status);
    }
}
