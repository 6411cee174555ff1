using ClerkSync.Mirror;
using ClerkSync.Storage;

namespace ClerkSync.EntityFrameworkCore;

/// <summary>Which class stands for which mirror table, and which property for which column.</summary>
internal static class MirroredEntities
{
    public static IReadOnlyList<(MirrorTable Table, Type Type)> All { get; } =
    [
        .. MirrorTables.All.Select(t => (t, TypeOf(t.Name))),
    ];

    /// <summary>What the live view of a table shows.</summary>
    public static IEnumerable<(string Name, ColumnKind Kind, string Meaning)> ColumnsOf(MirrorTable table) =>
    [
        .. MirrorSchema.PublicColumns(table),
        ("data", ColumnKind.Json, "The whole object as Clerk sent it, without its secrets."),
        ("instance_id", ColumnKind.Id, "The Clerk instance that it came from."),
        ("synced_at", ColumnKind.Timestamp, "When the row was written last, by the clock of the server that wrote it."),
    ];

    /// <summary><c>first_name</c> is <c>FirstName</c>.</summary>
    public static string PropertyOf(string column) =>
        string.Concat(column.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    public static Type ClrTypeOf(ColumnKind kind) => kind switch
    {
        ColumnKind.TextList => typeof(IReadOnlyList<string>),
        ColumnKind.Integer => typeof(long?),
        ColumnKind.Boolean => typeof(bool?),
        ColumnKind.Timestamp => typeof(DateTimeOffset?),
        _ => typeof(string),
    };

    private static Type TypeOf(string table) => table switch
    {
        "users" => typeof(MirroredUser),
        "organizations" => typeof(MirroredOrganization),
        "organization_memberships" => typeof(MirroredOrganizationMembership),
        "organization_invitations" => typeof(MirroredOrganizationInvitation),
        "organization_domains" => typeof(MirroredOrganizationDomain),
        "roles" => typeof(MirroredRole),
        "permissions" => typeof(MirroredPermission),
        "sessions" => typeof(MirroredSession),
        "invitations" => typeof(MirroredInvitation),
        "waitlist_entries" => typeof(MirroredWaitlistEntry),
        "subscriptions" => typeof(MirroredSubscription),
        "subscription_items" => typeof(MirroredSubscriptionItem),
        "payment_attempts" => typeof(MirroredPaymentAttempt),
        _ => throw new InvalidOperationException($"The mirror table \"{table}\" has no entity."),
    };
}
