using ClerkSync.Mirror;

namespace ClerkSync.Backfill;

/// <summary>
/// Infers which events the endpoint is not subscribed to. Clerk does not say; but an event that has never arrived, though reconcile found what it should have told, is
/// most likely not subscribed.
/// </summary>
internal static class MissingEvents
{
    /// <summary>What seems not to be subscribed.</summary>
    /// <param name="record">What reconcile has found since the backfill.</param>
    /// <param name="arrived">Event types that have ever arrived, as far as the inbox remembers.</param>
    public static IReadOnlyList<MissingEvent> Infer(ReconcileRecord record, IReadOnlySet<string> arrived) =>
        [.. record.Tables.SelectMany(t => InferOne(MirrorTables.Named(t.Table), t.Lost, arrived))];

    private static IEnumerable<MissingEvent> InferOne(MirrorTable table, LostEvents lost, IReadOnlySet<string> arrived)
    {
        var family = table.EventTypes[0][..table.EventTypes[0].IndexOf('.', StringComparison.Ordinal)];
        if (!table.EventTypes.Any(arrived.Contains))
        {
            if (lost.Created + lost.Updated + lost.Deleted is > 0 and var all)
                yield return new($"{family}.*", table.Name, all);
            yield break;
        }

        foreach (var (action, count) in new[] { ("created", lost.Created), ("updated", lost.Updated), ("deleted", lost.Deleted) })
        {
            var type = $"{family}.{action}";
            if (count > 0 && table.EventTypes.Contains(type, StringComparer.Ordinal) && !arrived.Contains(type))
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
