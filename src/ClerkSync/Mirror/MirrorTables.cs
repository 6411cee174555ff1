using System.Collections.Frozen;

namespace ClerkSync.Mirror;

/// <summary>All mirror tables, parents before children.</summary>
internal static class MirrorTables
{
    public static readonly IReadOnlyList<MirrorTable> All =
    [
        UsersTable.Definition,
        OrganizationTables.Organizations,
        OrganizationTables.Memberships,
        OrganizationTables.Invitations,
        OrganizationTables.Domains,
        OrganizationTables.Roles,
        OrganizationTables.Permissions,
        SignInTables.Sessions,
        SignInTables.Invitations,
        SignInTables.WaitlistEntries,
        BillingTables.Subscriptions,
        BillingTables.SubscriptionItems,
        BillingTables.PaymentAttempts,
    ];

    private static readonly FrozenDictionary<string, MirrorTable> ByEventType =
        All.SelectMany(t => t.EventTypes.Select(e => (e, t))).ToFrozenDictionary(p => p.e, p => p.t, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, MirrorTable> ByName = All.ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);

    /// <summary>The table that an event's subject belongs to; null for facts and unknown types.</summary>
    public static MirrorTable? OfEvent(string type) => ByEventType.GetValueOrDefault(type);

    public static MirrorTable Named(string name) => ByName[name];

    /// <summary>Tables that have the given one as a parent, with the parent column.</summary>
    public static IEnumerable<(MirrorTable Table, ParentColumn Parent)> ChildrenOf(string table) =>
        All.SelectMany(t => t.Parents.Where(p => p.Table == table).Select(p => (t, p)));

    /// <summary>Tables whose documents hold copies of rows of the given one.</summary>
    public static IEnumerable<(MirrorTable Table, EmbeddedBlock Block)> BlocksOf(string table) =>
        All.SelectMany(t => t.Blocks.Where(b => b.OwnerTable == table).Select(b => (t, b)));
}
