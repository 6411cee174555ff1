using System.Text.Json.Nodes;

namespace ClerkSync.Database.Tests.Convergence;

/// <summary>Messages about a handful of objects, in the order in which they were made up.</summary>
/// <param name="Seed">Makes the same history again.</param>
/// <param name="Messages">The messages.</param>
/// <param name="Prefix">How many of them come before the absences, in every order.</param>
/// <param name="Absences">Objects that a comparison with Clerk found missing at that point.</param>
internal sealed record History(int Seed, IReadOnlyList<HistoryMessage> Messages, int Prefix, IReadOnlyList<Absence> Absences);

/// <summary>A message: what it says, and the bytes that say it.</summary>
internal sealed record HistoryMessage(string Id, JsonObject Body, byte[] Bytes)
{
    public string Type => (string)Body["type"]!;

    /// <summary>The subject's id, or null when the message names none.</summary>
    public string? ObjectId => Body["data"]!["id"] is JsonValue value && value.TryGetValue<string>(out var id) && id.Length > 0 ? id : null;

    public override string ToString() => $"{Id}  {Body.ToJsonString()}";
}

/// <summary>An object that was proved to be missing, at a moment in Unix ms.</summary>
internal sealed record Absence(string Table, string Id, long At);

/// <summary>The event types that have a mirror table, as Clerk's catalogue names them.</summary>
internal static class Catalogue
{
    public static readonly IReadOnlyDictionary<string, (string Table, string[] Actions)> Subjects = new Dictionary<string, (string, string[])>(StringComparer.Ordinal)
    {
        ["user"] = ("users", ["created", "updated", "deleted"]),
        ["organization"] = ("organizations", ["created", "updated", "deleted"]),
        ["organizationMembership"] = ("organization_memberships", ["created", "updated", "deleted"]),
        ["organizationInvitation"] = ("organization_invitations", ["created", "accepted", "revoked"]),
        ["organizationDomain"] = ("organization_domains", ["created", "updated", "deleted"]),
        ["role"] = ("roles", ["created", "updated", "deleted"]),
        ["permission"] = ("permissions", ["created", "updated", "deleted"]),
        ["session"] = ("sessions", ["created", "pending", "ended", "removed", "revoked"]),
        ["invitation"] = ("invitations", ["created", "accepted", "revoked"]),
        ["waitlistEntry"] = ("waitlist_entries", ["created", "updated"]),
        ["subscription"] = ("subscriptions", ["created", "updated", "active", "pastDue"]),
        ["subscriptionItem"] = (
            "subscription_items",
            ["created", "updated", "active", "canceled", "upcoming", "ended", "abandoned", "incomplete", "expired", "pastDue", "freeTrialEnding"]),
        ["paymentAttempt"] = ("payment_attempts", ["created", "updated"]),
    };

    public static IEnumerable<string> Tables => Subjects.Values.Select(s => s.Table);

    public static string? TableOf(string type)
    {
        var (subject, action) = Split(type);
        return Subjects.TryGetValue(subject, out var found) && found.Actions.Contains(action, StringComparer.Ordinal) ? found.Table : null;
    }

    public static (string Subject, string Action) Split(string type)
    {
        var dot = type.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? (type, "") : (type[..dot], type[(dot + 1)..]);
    }
}
