using System.Text.Json;
using ClerkSync.Events;

namespace ClerkSync.Mirror;

/// <summary>
/// Compares an answer of Clerk's API with a stored document. Webhooks and API show the same object with different members, so what only one of them has is no
/// difference; a member that is null and one that is missing are the same, and the order of arrays means nothing.
/// </summary>
internal static class DocumentAgreement
{
    /// <summary>Whether the answer says otherwise than the stored document.</summary>
    /// <param name="answer">An object of the API.</param>
    /// <param name="stored">What the mirror holds.</param>
    /// <param name="silent">Members that do not count.</param>
    public static bool Contradicts(JsonElement answer, JsonElement stored, IReadOnlyCollection<string> silent)
    {
        foreach (var member in answer.EnumerateObject())
        {
            if (!silent.Contains(member.Name, StringComparer.Ordinal) && stored.TryGetProperty(member.Name, out var other) && !AreSame(member.Name, member.Value, other))
                return true;
        }

        return false;
    }

    /// <summary>
    /// Adds to an answer what only the stored document has: of the same revision everything, for the answer only shows less of it; of an older one what answers
    /// never have. An answer that says nothing new is the stored document.
    /// </summary>
    /// <param name="answer">The answer's state.</param>
    /// <param name="current">The version of the stored document.</param>
    /// <param name="stored">The stored document.</param>
    /// <param name="kept">Members that answers never have.</param>
    public static ObjectState Complete(ObjectState answer, StateVersion current, JsonElement stored, IReadOnlyCollection<string> kept)
    {
        var isSameRevision = answer.Version.UpdatedAt == current.UpdatedAt;
        if (isSameRevision && answer.Data.EnumerateObject().All(m => IsKnown(m, stored)) && !Contradicts(answer.Data, stored, []))
            return answer with { Version = answer.Version with { Tiebreaker = current.Tiebreaker } };

        var complete = With(
            answer.Data,
            stored.EnumerateObject().Where(m => (isSameRevision && !answer.Data.TryGetProperty(m.Name, out _)) || (kept.Contains(m.Name, StringComparer.Ordinal) && !Has(answer.Data, m.Name))));
        return complete is null
            ? answer
            : answer with { Data = complete.Data, Document = complete.Document, Version = answer.Version with { Tiebreaker = StateVersion.TiebreakerOf(isCreation: false, complete.Document.Span) } };
    }

    /// <summary>Adds to a stored answer what only the webhook of the same revision has.</summary>
    /// <returns>The document; null when there is nothing to add.</returns>
    public static RawObject? Keep(JsonElement stored, JsonElement webhook, IReadOnlyCollection<string> kept) =>
        With(stored, webhook.EnumerateObject().Where(m => kept.Contains(m.Name, StringComparer.Ordinal) && m.Value.ValueKind != JsonValueKind.Null && !Has(stored, m.Name)));

    /// <summary>A database may hand its JSON out in another order and spelling, so the whole is made canonical once more.</summary>
    private static RawObject? With(JsonElement document, IEnumerable<JsonProperty> members)
    {
        (string, JsonElement)[] added = [.. members.Select(m => (m.Name, m.Value))];
        return added.Length == 0 ? null : RawObject.Read(CanonicalDocument.Build(document, [], added));
    }

    private static bool Has(JsonElement document, string name) => document.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    private static bool IsKnown(JsonProperty member, JsonElement stored) => member.Value.ValueKind == JsonValueKind.Null || stored.TryGetProperty(member.Name, out _);

    private static bool AreSame(string name, JsonElement answer, JsonElement stored)
    {
        if (JsonElement.DeepEquals(answer, stored))
            return true;
        if (answer.ValueKind != stored.ValueKind || IsMetadata(name))
            return false;
        return answer.ValueKind switch
        {
            JsonValueKind.Object => AreSameObjects(name, answer, stored),
            JsonValueKind.Array => AreSameLists(name, answer, stored),
            _ => false,
        };
    }

    /// <summary>An account of Google or Facebook has another id and another name for its kind in a webhook.</summary>
    private static bool AreSameObjects(string name, JsonElement answer, JsonElement stored) =>
        answer.EnumerateObject().All(m =>
            (name == "external_accounts" && m.Name is "id" or "object") || !stored.TryGetProperty(m.Name, out var other) || AreSame(m.Name, m.Value, other));

    private static bool AreSameLists(string name, JsonElement answer, JsonElement stored)
    {
        if (answer.GetArrayLength() != stored.GetArrayLength())
            return false;
        var key = name == "external_accounts" ? "identification_id" : "id";
        if (answer.EnumerateArray().Any(item => CanonicalDocument.Text(item, key) is null))
            return Texts(answer).SequenceEqual(Texts(stored), StringComparer.Ordinal);
        var known = stored.EnumerateArray().Where(item => CanonicalDocument.Text(item, key) is not null).ToLookup(item => CanonicalDocument.Text(item, key)!, StringComparer.Ordinal);
        return answer.EnumerateArray().All(item => known[CanonicalDocument.Text(item, key)!].Any(other => AreSameObjects(name, item, other)));
    }

    private static IEnumerable<string> Texts(JsonElement list) => list.EnumerateArray().Select(item => item.GetRawText()).Order(StringComparer.Ordinal);

    private static bool IsMetadata(string name) => name is "public_metadata" or "private_metadata" or "unsafe_metadata";
}

/// <summary>How a row of the mirror differs from what Clerk has.</summary>
internal enum MirrorDifference
{
    None,

    /// <summary>The mirror has no row, no state of its own, or takes the object for missing.</summary>
    Missing,

    /// <summary>The mirror has an older state.</summary>
    Stale,

    /// <summary>The mirror has a state that is newer than Clerk's.</summary>
    Ahead,

    /// <summary>Clerk told that the object, or a parent, is deleted, and still has it.</summary>
    Tombstoned,

    /// <summary>Missing or older, but so recent that the event may be on its way.</summary>
    Recent,
}
