using ClerkSync.Events;
using ClerkSync.Mirror;

namespace ClerkSync.Backfill;

/// <summary>
/// Infers which events the endpoint is not subscribed to. Clerk does not say; but an event that has never arrived, though reconcile found what it should have told, is
/// most likely not subscribed. Only events count that are in Clerk's specification: nobody can subscribe to others.
/// </summary>
internal static class MissingEvents
{
    /// <summary>What seems not to be subscribed.</summary>
    /// <param name="record">What reconcile has found. Tables that this version does not know are left out.</param>
    /// <param name="arrived">Event types that have ever arrived.</param>
    public static IReadOnlyList<MissingEvent> Infer(ReconcileRecord record, IReadOnlySet<string> arrived) =>
    [
        .. record.Tables.Where(t => !t.HasNews(arrived)).SelectMany(t =>
            MirrorTables.All.FirstOrDefault(table => table.Name == t.Table) is { } known ? InferOne(known, t.Lost, arrived) : []),
    ];

    private static IEnumerable<MissingEvent> InferOne(MirrorTable table, LostEvents lost, IReadOnlySet<string> arrived)
    {
        var family = table.EventTypes[0][..table.EventTypes[0].IndexOf('.', StringComparison.Ordinal)];
        HashSet<string> offered = [.. table.EventTypes.Where(t => ClerkEventTypes.Find(t)?.IsSpecified == true)];
        var actions = new[] { ("created", lost.Created), ("updated", lost.Updated), ("deleted", lost.Deleted) };
        if (!table.EventTypes.Any(arrived.Contains))
        {
            // Any event of an object would have told of its creation or change; of its end only one does.
            var told = offered.Count == 0 ? 0 : lost.Created + lost.Updated + (offered.Contains($"{family}.deleted") ? lost.Deleted : 0);
            if (told > 0)
                yield return new($"{family}.*", table.Name, told);
            yield break;
        }

        foreach (var (action, count) in actions)
        {
            var type = $"{family}.{action}";
            if (count > 0 && offered.Contains(type) && !arrived.Contains(type))
                yield return new(type, table.Name, count);
        }
    }
}

/// <summary>An event, or a family of events, that seems not to be subscribed.</summary>
/// <param name="Type"><c>user.deleted</c>, or <c>organizationMembership.*</c>.</param>
/// <param name="Table">The table that would have needed it.</param>
/// <param name="Found">How many changes reconcile had to find instead.</param>
internal sealed record MissingEvent(string Type, string Table, long Found)
{
    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"\"{Type}\" has never arrived, yet reconcile found {Found} in {Table}. Subscribe to it in Clerk's Dashboard, Webhooks, your endpoint.");
}
