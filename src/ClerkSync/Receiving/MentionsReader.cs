using System.Text.Json;
using ClerkSync.Events;
using ClerkSync.Inbox;
using static ClerkSync.Events.CanonicalDocument;

namespace ClerkSync.Receiving;

/// <summary>Finds whose data a payload holds, for any event type, known or not: erasing has to reach every copy.</summary>
internal static class MentionsReader
{
    public static Mentions Read(RawEvent raw)
    {
        var data = raw.Data;
        var objectId = raw.ObjectId;
        var userId = Id(data, "user_id") ?? Inside(data, "public_user_data", "user_id") ?? Inside(data, "user", "id") ?? Inside(data, "payer", "user_id");
        var organizationId = Id(data, "organization_id") ?? Inside(data, "organization", "id")
            ?? Inside(data, "public_organization_data", "id") ?? Inside(data, "payer", "organization_id");
        var inviterId = Inside(data, "public_inviter_data", "user_id") ?? Id(data, "inviter_id");
        return new(objectId, userId, organizationId, inviterId);
    }

    private static string? Inside(JsonElement data, string member, string id) => CanonicalDocument.Object(data, member) is { } inner ? Id(inner, id) : null;
}
