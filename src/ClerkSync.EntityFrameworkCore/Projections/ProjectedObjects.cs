using ClerkSync.Events;

namespace ClerkSync.EntityFrameworkCore;

/// <summary>Which record shows the documents of which mirror table.</summary>
internal static class ProjectedObjects
{
    public static IReadOnlyDictionary<Type, string> Tables { get; } = new Dictionary<Type, string>
    {
        [typeof(User)] = "users",
        [typeof(Organization)] = "organizations",
        [typeof(OrganizationMembership)] = "organization_memberships",
        [typeof(OrganizationInvitation)] = "organization_invitations",
        [typeof(OrganizationDomain)] = "organization_domains",
        [typeof(Role)] = "roles",
        [typeof(Permission)] = "permissions",
        [typeof(Session)] = "sessions",
        [typeof(Invitation)] = "invitations",
        [typeof(WaitlistEntry)] = "waitlist_entries",
        [typeof(Subscription)] = "subscriptions",
        [typeof(SubscriptionItem)] = "subscription_items",
        [typeof(PaymentAttempt)] = "payment_attempts",
    };

    /// <summary>The table.</summary>
    /// <exception cref="ArgumentException">The mirror has none for this type.</exception>
    public static string TableOf(Type type) => Tables.TryGetValue(type, out var table)
        ? table
        : throw new ArgumentException($"The mirror has no table of {type.Name}. It has tables of {string.Join(", ", Tables.Keys.Select(t => t.Name))}.", nameof(type));
}
