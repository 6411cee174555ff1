using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ClerkSync.Events;

/// <summary>Writes objects so that what nobody set stays absent.</summary>
internal static class ClerkObjectWriter
{
    private static readonly JsonSerializerOptions Options = new(ClerkJsonContext.Default.Options)
    {
        TypeInfoResolver = ClerkJsonContext.Default.WithAddedModifier(WriteOnlyWhatIsSet),
    };

    public static void Write(Utf8JsonWriter writer, ClerkObject value) =>
        JsonSerializer.Serialize(writer, value, Options.GetTypeInfo(value.GetType()));

    // A member that still has its first value was absent, null or unreadable; the latter two are written from the extension data.
    private static void WriteOnlyWhatIsSet(JsonTypeInfo info)
    {
        if (!info.Type.IsAssignableTo(typeof(ClerkObject)) || info.CreateObject is not { } create)
        {
            return;
        }

        var fresh = create();
        var members = new Dictionary<string, Func<object, bool>>(StringComparer.Ordinal);
        foreach (var property in info.Properties)
        {
            if (property is { IsExtensionData: false, Get: { } get })
            {
                var initial = get(fresh);
                property.ShouldSerialize = (_, value) => !Equals(value, initial);
                members.Add(property.Name, owner => !Equals(get(owner), initial));
            }
        }

        var extension = info.Properties.Single(p => p.IsExtensionData);
        var all = extension.Get!;
        extension.Get = owner =>
        {
            var entries = (IDictionary<string, JsonElement>)all(owner)!;
            return entries.Keys.Any(HoldsAMember)
                ? entries.Where(e => !HoldsAMember(e.Key)).ToDictionary(StringComparer.Ordinal)
                : entries;

            bool HoldsAMember(string name) => members.TryGetValue(name, out var isSet) && isSet(owner);
        };
    }
}
