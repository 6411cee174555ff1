using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ClerkSync.Events;
using ClerkSync.Tests.Documents;

namespace ClerkSync.Tests.Events;

/// <summary>Makes docs/events.md of the catalogue, the records and their comments.</summary>
internal static class EventsDocument
{
    private const string Introduction = """
        # Events

        <!-- Made from the code: run the tests with CLERKSYNC_UPDATE_DOCS=1 instead of editing. -->

        Every webhook of Clerk is an event. Each event type has a record in `ClerkSync.Events`, and each kind of object a family above its records,
        so that code can take one type, a family, or everything:

        <!-- snippet: read-event -->
        ```csharp
        var result = ClerkEventReader.Read(body);      // the bytes of a verified delivery; never throws
        if (!result.IsReadable)
            return result.Why;                         // a sentence, without anything of the body

        switch (result.Event)
        {
            case UserChanged { Data: var user }: Save(user.Id, user.PrimaryEmailAddress); break;   // user.created and user.updated
            case UserDeleted { Data: var user }: Forget(user.Id); break;
            case OrganizationMembershipEvent membership: Audit(membership.Type, membership.Data.UserId, membership.OccurredAt); break;
            case UnknownEvent unknown: Note(unknown.Type, unknown.Data); break;
        }
        ```

        What to expect:

        - Only the type and the id are always there. Any other member is null (a list: empty) when Clerk left it out, sent null, or sent a value of
          another type than ever before.
        - Nothing is lost by that: `ExtensionData` holds, by JSON name, unknown fields, explicit nulls and unexpected values. What is read and written back with
          `ClerkEventWriter` is the same JSON, with two exceptions: of repeated fields only the last is kept, and lone surrogates become U+FFFD.
        - What Clerk has as an enumeration is a string here, because new values come without notice.
        - Times are `DateTimeOffset`; in JSON they are Unix milliseconds. `OccurredAt` is when the event happened; it comes from the envelope's `timestamp`, and
          values below 100,000,000,000 are read as seconds.
        - Deliveries repeat and come in any order. `UpdatedAt` of the object says which of two states is newer.
        - Dispatch on the type of the record, not on `ObjectType`: several events disagree about it.
        - `UnknownEvent` is an event of a type that this version does not know. Its `Data` is free JSON.
        - `ToString()` shows type and id and nothing else.

        To test a handler, make events by hand:

        <!-- snippet: make-event -->
        ```csharp
        var created = new UserCreated { Data = new User { Id = "user_1", PrimaryEmailAddressId = "idn_1", EmailAddresses = [new() { Id = "idn_1", Address = "ada@example.com" }] } };
        ```

        Event types and objects follow, made from the code and its comments.


        """;

    private static readonly XmlComments Comments = XmlComments.Of(typeof(ClerkEvent).Assembly);

    public static string Generate()
    {
        var text = new StringBuilder(Introduction);
        WriteOverview(text);
        text.Append("## Event types\n\n");
        foreach (var type in ClerkEventTypes.All)
        {
            WriteEvent(text, type);
        }

        WriteObjects(text);
        return text.ToString();
    }

    private static void WriteOverview(StringBuilder text)
    {
        text.Append("## All events\n\n| Family | Events |\n| --- | --- |\n");
        foreach (var family in ClerkEventTypes.All.GroupBy(t => CatalogueTests.FamilyOf(t).Name, StringComparer.Ordinal))
        {
            text.Append($"| `{family.Key}` | {string.Join(", ", family.Select(t => $"[`{t.Name}`](#{Anchor(t.Name)})"))} |\n");
        }

        text.Append('\n');
    }

    private static void WriteEvent(StringBuilder text, ClerkEventType type)
    {
        var family = CatalogueTests.FamilyOf(type).Name;
        var between = type.EventType.BaseType!.Name;
        var families = string.Equals(between, family, StringComparison.Ordinal) ? $"`{family}`" : $"`{between}`, `{family}`";
        var amount = type.Data switch
        {
            ClerkEventData.Stub => "what is left of it",
            ClerkEventData.StubOrFull => "only the id, or everything: Clerk's sources disagree",
            _ => "everything",
        };
        text.Append($"""
            ### {type.Name}

            {type.Description}

            | | |
            | --- | --- |
            | Record | `{type.EventType.Name}`, also {families} |
            | `Data` | [`{type.DataType.Name}`](#{Anchor(type.DataType.Name)}): {amount} |
            | Mirror table | {(type.MirrorTable is { } table ? $"`{table}`" : "none: a fact, not an object")} |
            | In Clerk's specification | {(type.IsSpecified ? "yes" : "no; its shape is a guess")} |


            """);
    }

    private static void WriteObjects(StringBuilder text)
    {
        text.Append("## Objects\n\nJSON names on the left. Every field may be missing, except `id` where it says so.\n\n");
        foreach (var record in PayloadRecords.All)
        {
            text.Append($"### {record.Name}\n\n{Comments.Of(record)}\n\n| Field | Member | Type | Meaning |\n| --- | --- | --- | --- |\n");
            foreach (var field in PayloadRecords.FieldsOf(record))
            {
                var member = MemberOf(record, field);
                text.Append($"| `{field.Name}` | `{member}` | {TypeName(field.PropertyType)} | {Comments.Of(record, member)} |\n");
            }

            foreach (var computed in record.GetProperties().Where(p => p.IsDefined(typeof(System.Text.Json.Serialization.JsonIgnoreAttribute), inherit: false)))
            {
                text.Append($"| | `{computed.Name}` | computed | {Comments.Of(record, computed.Name)} |\n");
            }

            text.Append('\n');
        }
    }

    private static string MemberOf(Type record, JsonPropertyInfo field) =>
        ((System.Reflection.MemberInfo?)field.AttributeProvider)?.Name
            ?? throw new InvalidOperationException($"{record.Name}.{field.Name} has no member.");

    private static string TypeName(Type type)
    {
        if (PayloadRecords.ElementOf(type) is { } element)
        {
            return $"list of {TypeName(element)}";
        }

        return type switch
        {
            _ when type == typeof(string) => "text",
            _ when type == typeof(bool?) => "true or false",
            _ when type == typeof(long?) => "integer",
            _ when type == typeof(decimal?) => "number",
            _ when type == typeof(DateTimeOffset?) => "time, ms",
            _ when type == typeof(JsonElement?) => "free JSON",
            _ => $"[{type.Name}](#{Anchor(type.Name)})",
        };
    }

    // As GitHub makes them of headings.
    private static string Anchor(string heading) => heading.Replace(".", "", StringComparison.Ordinal).ToLowerInvariant();
}
