using System.Text.Json;
using ClerkSync.Events;

namespace ClerkSync.Mirror;

/// <summary>
/// Objects inside other objects. Those with an <c>updated_at</c> are states like any other, only less complete; blocks without a
/// version make a stub of an object that nothing is known of yet, and never overwrite one that is known.
/// </summary>
internal static class EmbeddedObjects
{
    private static readonly (string From, string To)[] UserBlock =
    [
        ("user_id", "id"), ("first_name", "first_name"), ("last_name", "last_name"), ("image_url", "image_url"), ("has_image", "has_image"),
        ("username", "username"), ("profile_image_url", "profile_image_url"), ("banned", "banned"), ("deprovisioned", "deprovisioned"),
    ];

    private static readonly (string From, string To)[] OrganizationBlock =
        [("id", "id"), ("name", "name"), ("slug", "slug"), ("image_url", "image_url"), ("has_image", "has_image")];

    private static readonly (string From, string To)[] UserPayer =
        [("user_id", "id"), ("first_name", "first_name"), ("last_name", "last_name"), ("image_url", "image_url")];

    private static readonly (string From, string To)[] OrganizationPayer =
        [("organization_id", "id"), ("organization_name", "name"), ("image_url", "image_url")];

    /// <summary>Most items of a subscription that are taken from it: each gets a copy of the payer. Clerk's have a few; any others come with events of their own.</summary>
    private const int MostItems = 200;

    public static void AddTo(List<MirrorChange> changes, MirrorTable table, JsonElement data, MirrorChangeReader.Scope scope)
    {
        switch (table.Name)
        {
            case "sessions":
                AddFull(changes, "users", CanonicalDocument.Object(data, "user"), scope);
                break;
            case "organization_memberships":
                AddFull(changes, "organizations", CanonicalDocument.Object(data, "organization"), scope);
                AddStub(changes, "users", CanonicalDocument.Object(data, "public_user_data"), UserBlock, scope, provesLife: true);
                break;
            case "organization_invitations":
                AddStub(changes, "organizations", CanonicalDocument.Object(data, "public_organization_data"), OrganizationBlock, scope, provesLife: false);
                AddStub(changes, "users", CanonicalDocument.Object(data, "public_inviter_data"), UserBlock, scope, provesLife: false);
                break;
            case "organization_domains":
                AddStub(changes, "organizations", CanonicalDocument.Object(data, "public_organization_data"), OrganizationBlock, scope, provesLife: false);
                break;
            case "roles":
                foreach (var permission in CanonicalDocument.Items(data, "permissions"))
                    AddFull(changes, "permissions", permission, scope);
                break;
            case "waitlist_entries":
                AddFull(changes, "invitations", CanonicalDocument.Object(data, "invitation"), scope);
                break;
            case "subscriptions":
                AddPayer(changes, data, scope);
                foreach (var item in CanonicalDocument.Items(data, "items").Take(MostItems))
                    AddItem(changes, item, data, scope);
                break;
            case "subscription_items" or "payment_attempts":
                AddPayer(changes, data, scope);
                break;
        }
    }

    /// <summary>An embedded object counts only with a version: without one it could not be told from an old copy.</summary>
    private static void AddFull(List<MirrorChange> changes, string table, JsonElement? element, MirrorChangeReader.Scope scope)
    {
        if (element is { } data && CanonicalDocument.Id(data, "id") is { } id && CanonicalDocument.Moment(data, "updated_at") is not null)
            changes.Add(scope.State(MirrorTables.Named(table), id, CanonicalDocument.Bytes(data), Completeness.Embedded));
    }

    /// <summary>Inside a subscription an item has neither payer nor subscription id: both are the subscription's.</summary>
    private static void AddItem(List<MirrorChange> changes, JsonElement item, JsonElement subscription, MirrorChangeReader.Scope scope)
    {
        if (CanonicalDocument.Id(item, "id") is not { } id || CanonicalDocument.Moment(item, "updated_at") is null)
            return;

        var added = new List<(string, JsonElement)> { ("subscription_id", subscription.GetProperty("id")) };
        if (CanonicalDocument.Object(item, "payer") is null && CanonicalDocument.Object(subscription, "payer") is { } payer)
            added.Add(("payer", payer));
        changes.Add(scope.State(
            MirrorTables.Named("subscription_items"), id, CanonicalDocument.Build(item, [], [.. added]), Completeness.Embedded));
    }

    /// <summary>An address book entry of the billing system: the payer may be long gone.</summary>
    private static void AddPayer(List<MirrorChange> changes, JsonElement data, MirrorChangeReader.Scope scope)
    {
        var payer = CanonicalDocument.Object(data, "payer");
        AddStub(changes, "users", payer, UserPayer, scope, provesLife: false);
        AddStub(changes, "organizations", payer, OrganizationPayer, scope, provesLife: false);
    }

    private static void AddStub(
        List<MirrorChange> changes, string table, JsonElement? block, (string From, string To)[] members, MirrorChangeReader.Scope scope, bool provesLife)
    {
        if (block is not { } data || CanonicalDocument.Id(data, members[0].From) is not { } id)
            return;

        var present = new List<(string, JsonElement)>(members.Length);
        foreach (var (from, to) in members)
        {
            if (data.TryGetProperty(from, out var value))
                present.Add((to, value));
        }

        changes.Add(scope.State(
            MirrorTables.Named(table), id, CanonicalDocument.Build(default, [], [.. present]), Completeness.Stub, showsLife: provesLife));
    }
}
