using System.Text.Json;
using ClerkSync.Events;

namespace ClerkSync.Mirror;

/// <summary>Takes from an event everything that it says about objects: its subject first, then what is embedded in it.</summary>
internal static class MirrorChangeReader
{
    /// <summary>The changes, the subject's first; none when the event has no table or no usable id.</summary>
    public static List<MirrorChange> Read(RawEvent raw, string messageId)
    {
        var changes = new List<MirrorChange>(3);
        if (MirrorTables.OfEvent(raw.Type) is not { } table || raw.ObjectId is not { } id)
            return changes;

        var scope = new Scope(raw, messageId);
        changes.Add(raw.IsDeletion
            ? new() { Table = table, Id = id, EventAt = scope.EventAt, ParentIds = ParentIds(table, raw.Data) }
            : scope.State(table, id, table.Dropped.Count == 0 ? raw.Document : CanonicalDocument.Without(raw.Data, [.. table.Dropped]), Completeness.Full, raw.Data));
        EmbeddedObjects.AddTo(changes, table, raw.Data, scope);
        return changes;
    }

    private static string?[] ParentIds(MirrorTable table, JsonElement data) => [.. table.Parents.Select(p => p.Read(data))];

    /// <summary>What all objects of one event share.</summary>
    internal sealed class Scope(RawEvent raw, string messageId)
    {
        private readonly StateOrigin _origin = new("webhook", messageId, raw.InstanceId, RepairsText(raw.Repairs));

        /// <summary>Clerk's clock in the envelope; a body without it has at least its object's.</summary>
        public long EventAt { get; } = raw.OccurredAt ?? CanonicalDocument.Moment(raw.Data, "updated_at") ?? 0;

        /// <summary>A deletion embeds what may be gone as well: no proof of life.</summary>
        public bool ProvesLife => !raw.IsDeletion;

        public MirrorChange State(MirrorTable table, string id, ReadOnlyMemory<byte> document, Completeness completeness, JsonElement? parsed = null, bool provesLife = true)
        {
            var data = parsed is { } known && table.Dropped.Count == 0 ? known : CanonicalDocument.Parse(document);
            var version = new StateVersion(
                completeness == Completeness.Stub ? 0 : CanonicalDocument.Moment(data, "updated_at") ?? 0,
                completeness,
                EventAt,
                StateVersion.TiebreakerOf(raw.IsCreation, document.Span));
            return new()
            {
                Table = table,
                Id = id,
                EventAt = EventAt,
                WasAlive = ProvesLife && provesLife,
                ParentIds = ParentIds(table, data),
                State = new(version, data, document, _origin),
            };
        }

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
    }
}
