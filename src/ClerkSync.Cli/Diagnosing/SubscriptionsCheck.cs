using System.Globalization;
using ClerkSync.Cli.Reports;
using ClerkSync.Events;
using ClerkSync.Inbox;
using ClerkSync.Mirror;

namespace ClerkSync.Cli.Diagnosing;

/// <summary>Whether events arrive, and all of those that the tables need.</summary>
internal sealed class SubscriptionsCheck(ExaminedDatabase database) : Check("subscriptions")
{
    /// <summary>Svix disables an endpoint whose deliveries have failed for five days.</summary>
    private static readonly TimeSpan s_silence = TimeSpan.FromDays(5);

    public override async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        if (await database.TryReachAsync(cancellationToken) is not { } facts)
            return NoDatabase();
        if (await database.TryReadAsync(facts, cancellationToken) is not { } status)
            return OtherTables();

        var detail = await FamiliesAsync(facts, cancellationToken);
        if (status.MissingEvents is [var first, ..])
        {
            return Warn(
                "events_missing",
                string.Join(' ', status.MissingEvents),
                $"Subscribe to {string.Join(", ", status.MissingEvents.Select(m => m.Type))} in Clerk's Dashboard, Webhooks, your endpoint; then 'clerksync reconcile' brings in what was missed. Leave out on purpose what {first.Table} need not follow.",
                detail);
        }

        // what is ignored is a probe, an example of the Dashboard, or another instance's
        var newest = status.Messages.Where(m => m.Result != InboxResults.Ignored).Select(m => (long?)m.NewestReceivedAt).Max();
        if (newest is null)
        {
            return Warn(
                "no_delivery_yet",
                status.CountOf(InboxResults.Ignored) == 0 ? "No message has ever arrived." : "No message of this instance has ever arrived; what did arrive was ignored ('clerksync inbox list --result ignored' says why).",
                "Add the endpoint in Clerk's Dashboard (Configure, Webhooks) and subscribe to the events; then change a user there. 'clerksync doctor --url https://…' tries the way.",
                detail);
        }

        var age = Moments.Ago(newest.Value, status.Now);
        return status.Now - DateTimeOffset.FromUnixTimeMilliseconds(newest.Value) > s_silence
            ? Warn(
                "silence", $"The newest message came {age}.",
                "If users have come and changed since: look in Clerk's Dashboard whether the endpoint is disabled (after five days of failures it is), enable it, press Recover, and run 'clerksync reconcile'.", detail)
            : Pass($"The newest message came {age}, and no event seems to be missing.", detail);
    }

    /// <summary>Families of which nothing has ever arrived; many applications need only some.</summary>
    private static async Task<string?> FamiliesAsync(DatabaseFacts facts, CancellationToken cancellationToken)
    {
        var arrived = await new InboxReader(facts.Opened.Database).ReadTypesAsync(cancellationToken);
        var families = MirrorTables.All
            .Where(t => t.EventTypes.Any(type => ClerkEventTypes.Find(type)?.IsSpecified == true) && !t.EventTypes.Any(arrived.Contains))
            .Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.EventTypes[0].Split('.')[0]}.*"))
            .ToArray();
        return families.Length == 0 ? null : $"Never arrived: {string.Join(", ", families)}.";
    }
}
