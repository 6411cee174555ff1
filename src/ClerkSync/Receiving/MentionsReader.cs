using System.Text.Json;
using ClerkSync.Events;
using ClerkSync.Inbox;

namespace ClerkSync.Receiving;

/// <summary>Finds whose data a payload holds, for any event type, known or not: erasing has to reach every copy.</summary>
internal static class MentionsReader
{
    /// <summary>In one walk over the members: a lookup by name walks over them too, and most of these names are not there.</summary>
    public static Mentions Read(RawEvent raw)
    {
        var users = default(Candidates);
        var organizations = default(Candidates);
        var inviters = default(Candidates);
        foreach (var member in raw.Data.EnumerateObject())
        {
            switch (member.Value.ValueKind)
            {
                case JsonValueKind.String:
                    ReadText(member, ref users, ref organizations, ref inviters);
                    break;
                case JsonValueKind.Object:
                    ReadObject(member, ref users, ref organizations, ref inviters);
                    break;
            }
        }

        return new(raw.ObjectId, users.Best, organizations.Best, inviters.Best);
    }

    private static void ReadText(JsonProperty member, ref Candidates users, ref Candidates organizations, ref Candidates inviters)
    {
        if (member.NameEquals("user_id"u8))
            users.First = Name(member.Value);
        else if (member.NameEquals("organization_id"u8))
            organizations.First = Name(member.Value);
        else if (member.NameEquals("inviter_id"u8))
            inviters.Second = Name(member.Value);
    }

    private static void ReadObject(JsonProperty member, ref Candidates users, ref Candidates organizations, ref Candidates inviters)
    {
        if (member.NameEquals("public_user_data"u8))
        {
            users.Second = CanonicalDocument.Id(member.Value, "user_id");
        }
        else if (member.NameEquals("user"u8))
        {
            users.Third = CanonicalDocument.Id(member.Value, "id");
        }
        else if (member.NameEquals("payer"u8))
        {
            users.Fourth = CanonicalDocument.Id(member.Value, "user_id");
            organizations.Fourth = CanonicalDocument.Id(member.Value, "organization_id");
        }
        else if (member.NameEquals("organization"u8))
        {
            organizations.Second = CanonicalDocument.Id(member.Value, "id");
        }
        else if (member.NameEquals("public_organization_data"u8))
        {
            organizations.Third = CanonicalDocument.Id(member.Value, "id");
        }
        else if (member.NameEquals("public_inviter_data"u8))
        {
            inviters.First = CanonicalDocument.Id(member.Value, "user_id");
        }
    }

    private static string? Name(JsonElement text) => text.GetString() is { } name && CanonicalDocument.IsName(name) ? name : null;

    /// <summary>Where an id may stand; the first place that has one counts.</summary>
    private struct Candidates
    {
        public string? First;
        public string? Second;
        public string? Third;
        public string? Fourth;

        public readonly string? Best => First ?? Second ?? Third ?? Fourth;
    }
}
