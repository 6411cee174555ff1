using System.Text.Json;
using ClerkSync.Events;

namespace ClerkSync.Mirror;

/// <summary>Takes from an event, or from an answer of Clerk's API, everything that it says about objects: its subject first, then what is embedded in it.</summary>
internal static class MirrorChangeReader
{
    /// <summary>The changes, the subject's first; none when the event has no table or no usable id.</summary>
    public static List<MirrorChange> Read(RawEvent raw, string messageId)
    {
        if (MirrorTables.OfEvent(raw.Type) is not { } table || raw.ObjectId is not { } id)
            return [];

        var scope = new Scope(
            // Clerk's clock in the envelope; a body without it has at least its object's.
            raw.OccurredAt ?? CanonicalDocument.Moment(raw.Data, "updated_at") ?? 0,
            new(StateOrigin.Webhook, messageId, raw.InstanceId, RepairsText(raw.Repairs)),
            isCreation: raw.IsCreation,

            // A deletion embeds what may be gone as well: no proof of life.
            provesLife: !raw.IsDeletion);
        return raw.IsDeletion
            ? WithEmbedded(new() { Table = table, Id = id, EventAt = scope.EventAt, ParentIds = ParentIds(table, raw.Data) }, raw.Data, scope)
            : ReadState(table, id, raw.Document, raw.Data, scope);
    }

    /// <summary>What an answer of the API says.</summary>
    /// <param name="table">The object's table.</param>
    /// <param name="found">The object.</param>
    /// <param name="takenAt">When Clerk had it so, at the earliest: the answer's <c>Date</c> less the duration of the request, in Unix ms.</param>
    /// <param name="source">Who asked.</param>
    /// <param name="instanceId">The instance that was asked.</param>
    /// <returns>The changes, the object's own first; none when it has no usable id.</returns>
    public static List<MirrorChange> Read(MirrorTable table, RawObject found, long takenAt, string source, string? instanceId) =>
        found.Id is { } id
            ? ReadState(table, id, found.Document, found.Data, new(takenAt, new(source, null, instanceId, RepairsText(found.Repairs)), isCreation: false, provesLife: true))
            : [];

    private static List<MirrorChange> ReadState(MirrorTable table, string id, ReadOnlyMemory<byte> document, JsonElement data, Scope scope) => WithEmbedded(
        scope.State(table, id, table.Dropped.Count == 0 ? document : CanonicalDocument.Without(data, [.. table.Dropped]), Completeness.Full, data), data, scope);

    private static List<MirrorChange> WithEmbedded(MirrorChange subject, JsonElement data, Scope scope)
    {
        var changes = new List<MirrorChange>(3) { subject };
        EmbeddedObjects.AddTo(changes, subject.Table, data, scope);
        return changes;
    }

    private static string?[] ParentIds(MirrorTable table, JsonElement data) => [.. table.Parents.Select(p => p.Read(data))];

    private static string? RepairsText(DocumentRepairs repairs) => repairs == DocumentRepairs.None ? null : string.Join(", ", Names(repairs));

    private static IEnumerable<string> Names(DocumentRepairs repairs)
    {
        if (repairs.HasFlag(DocumentRepairs.Characters))
            yield return "characters";
        if (repairs.HasFlag(DocumentRepairs.Numbers))
            yield return "numbers";
        if (repairs.HasFlag(DocumentRepairs.Depth))
            yield return "depth";
    }

    /// <summary>What all objects of one event or answer share.</summary>
    internal sealed class Scope(long eventAt, StateOrigin origin, bool isCreation, bool provesLife)
    {
        public long EventAt { get; } = eventAt;

        public MirrorChange State(
            MirrorTable table, string id, ReadOnlyMemory<byte> document, Completeness completeness, JsonElement? parsed = null, bool showsLife = true)
        {
            var data = parsed is { } known && table.Dropped.Count == 0 ? known : CanonicalDocument.Parse(document);
            var version = new StateVersion(
                completeness == Completeness.Stub ? 0 : CanonicalDocument.Moment(data, "updated_at") ?? 0,
                completeness,
                EventAt,
                StateVersion.TiebreakerOf(isCreation, document.Span));
            return new()
            {
                Table = table,
                Id = id,
                EventAt = EventAt,
                WasAlive = provesLife && showsLife,
                ParentIds = ParentIds(table, data),
                State = new(version, data, document, origin),
            };
        }
    }
}
