using System.Text.Json;
using ClerkSync.Events;

namespace ClerkSync.Mirror;

/// <summary>
/// Compares an answer of Clerk's API with a stored document. Webhooks and API show the same object with different members, so only what the answer has
/// counts; a member that is null and one that is missing are the same.
/// </summary>
internal static class DocumentAgreement
{
    /// <summary>Whether the answer says nothing that the stored document does not say.</summary>
    /// <param name="answer">An object of the API.</param>
    /// <param name="stored">What the mirror holds.</param>
    /// <param name="silent">Members that do not count.</param>
    public static bool Agrees(JsonElement answer, JsonElement stored, IReadOnlyCollection<string> silent)
    {
        foreach (var member in answer.EnumerateObject())
        {
            if (silent.Contains(member.Name, StringComparer.Ordinal))
                continue;
            var isStored = stored.TryGetProperty(member.Name, out var other);
            if (member.Value.ValueKind == JsonValueKind.Null ? isStored && other.ValueKind != JsonValueKind.Null : !isStored || !AreEqual(member.Name, member.Value, other))
                return false;
        }

        return true;
    }

    /// <summary>
    /// Adds to an answer what only the stored document has: of the same revision everything, for the answer only shows less of it; of an older one what answers
    /// never have.
    /// </summary>
    /// <param name="answer">The answer's state.</param>
    /// <param name="current">The version of the stored document.</param>
    /// <param name="stored">The stored document.</param>
    /// <param name="kept">Members that answers never have.</param>
    public static ObjectState Complete(ObjectState answer, StateVersion current, JsonElement stored, IReadOnlyCollection<string> kept)
    {
        var isSameRevision = answer.Version.UpdatedAt == current.UpdatedAt;
        if (isSameRevision && Agrees(answer.Data, stored, []))
            return answer with { Version = answer.Version with { Tiebreaker = current.Tiebreaker } };

        (string, JsonElement)[] added =
        [
            .. stored.EnumerateObject()
                .Where(m => (isSameRevision && !answer.Data.TryGetProperty(m.Name, out _)) || (kept.Contains(m.Name, StringComparer.Ordinal) && !Has(answer.Data, m.Name)))
                .Select(m => (m.Name, m.Value)),
        ];

        // A database may hand its JSON out in another order and spelling.
        return added.Length == 0 || RawObject.Read(CanonicalDocument.Build(answer.Data, [], added)) is not { } complete
            ? answer
            : answer with { Data = complete.Data, Document = complete.Document, Version = answer.Version with { Tiebreaker = StateVersion.TiebreakerOf(isCreation: false, complete.Document.Span) } };
    }

    private static bool Has(JsonElement answer, string name) => answer.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    private static bool AreEqual(string name, JsonElement answer, JsonElement stored) =>
        JsonElement.DeepEquals(answer, stored) || (name == "external_accounts" && AreSameAccounts(answer, stored));

    /// <summary>Webhooks write a Google or Facebook account in another shape than the API, with another id; <c>identification_id</c> is the same in both.</summary>
    private static bool AreSameAccounts(JsonElement answer, JsonElement stored)
    {
        if (answer.ValueKind != JsonValueKind.Array || stored.ValueKind != JsonValueKind.Array || answer.GetArrayLength() != stored.GetArrayLength())
            return false;
        var known = stored.EnumerateArray()
            .Select(a => (Id: CanonicalDocument.Text(a, "identification_id"), Account: a))
            .Where(a => a.Id is not null)
            .DistinctBy(a => a.Id, StringComparer.Ordinal)
            .ToDictionary(a => a.Id!, a => a.Account, StringComparer.Ordinal);
        return answer.EnumerateArray().All(a => CanonicalDocument.Text(a, "identification_id") is { } id && known.TryGetValue(id, out var other) && IsSameAccount(a, other));
    }

    private static bool IsSameAccount(JsonElement answer, JsonElement stored) =>
        answer.EnumerateObject().All(m => m.Name is "id" or "object" || !stored.TryGetProperty(m.Name, out var other) || JsonElement.DeepEquals(m.Value, other));
}

/// <summary>How a row of the mirror differs from what Clerk has.</summary>
internal enum MirrorDifference
{
    None,

    /// <summary>The mirror has no row, no whole state, or takes the object for missing.</summary>
    Missing,

    /// <summary>The mirror has an older state.</summary>
    Stale,

    /// <summary>The mirror has a state that is newer than Clerk's.</summary>
    Ahead,

    /// <summary>Clerk told that the object, or a parent, is deleted, and still has it.</summary>
    Tombstoned,
}
