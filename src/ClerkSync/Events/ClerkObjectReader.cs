using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ClerkSync.Events;

/// <summary>
/// Fills objects from JSON without ever failing on a field: what does not fit its member goes to the extension data, where it stays for whoever
/// looks and for writing back. The serializer itself would refuse the whole event.
/// </summary>
internal sealed class ClerkObjectReader
{
    private static readonly ConcurrentDictionary<Type, ClerkObjectReader> Readers = new();

    // The shapes of lists, spelled out: making them from a type at run time would not survive native compilation. A test compares.
    private static readonly Dictionary<Type, (Type Element, Func<int, Array> Create)> Lists = new()
    {
        [typeof(IReadOnlyList<string>)] = List<string>(),
        [typeof(IReadOnlyList<EmailAddress>)] = List<EmailAddress>(),
        [typeof(IReadOnlyList<EnterpriseAccount>)] = List<EnterpriseAccount>(),
        [typeof(IReadOnlyList<ExternalAccount>)] = List<ExternalAccount>(),
        [typeof(IReadOnlyList<LinkedIdentity>)] = List<LinkedIdentity>(),
        [typeof(IReadOnlyList<OrganizationMembership>)] = List<OrganizationMembership>(),
        [typeof(IReadOnlyList<Passkey>)] = List<Passkey>(),
        [typeof(IReadOnlyList<Permission>)] = List<Permission>(),
        [typeof(IReadOnlyList<PerUnitTotal>)] = List<PerUnitTotal>(),
        [typeof(IReadOnlyList<PhoneNumber>)] = List<PhoneNumber>(),
        [typeof(IReadOnlyList<SamlAccount>)] = List<SamlAccount>(),
        [typeof(IReadOnlyList<SubscriptionItem>)] = List<SubscriptionItem>(),
        [typeof(IReadOnlyList<UnitPrice>)] = List<UnitPrice>(),
        [typeof(IReadOnlyList<UnitPriceTier>)] = List<UnitPriceTier>(),
        [typeof(IReadOnlyList<Web3Wallet>)] = List<Web3Wallet>(),
    };

    private readonly Func<object> create;
    private readonly Dictionary<string, Member> members = new(StringComparer.Ordinal);

    private ClerkObjectReader(JsonTypeInfo info)
    {
        create = info.CreateObject!;
        var fresh = create();
        foreach (var property in info.Properties)
        {
            if (property is { IsExtensionData: false, Get: { } get, Set: { } set })
            {
                members.Add(property.Name, new Member(ReaderOf(property.PropertyType), set, get(fresh)));
            }
        }
    }

    /// <summary>Reads an object of one type. Null when it is no JSON object, or lacks the id that its kind must have.</summary>
    public static T? Read<T>(JsonElement json)
        where T : ClerkObject => (T?)Read(typeof(T), json);

    /// <inheritdoc cref="Read{T}"/>
    public static ClerkObject? Read(Type type, JsonElement json) => Of(type).ReadObject(json);

    private static ClerkObjectReader Of(Type type) =>
        Readers.GetOrAdd(type, static t => new ClerkObjectReader(ClerkJsonContext.Default.GetTypeInfo(t)!));

    private ClerkObject? ReadObject(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var result = (ClerkObject)create();
        foreach (var field in json.EnumerateObject())
        {
            // Of repeated fields the last one counts, as in every database and in JavaScript.
            var name = field.Name;
            if (members.TryGetValue(name, out var member))
            {
                var value = member.Read(field.Value);
                member.Set(result, value ?? member.Initial);
                if (value is not null)
                {
                    result.ExtensionData.Remove(name);
                    continue;
                }
            }

            result.ExtensionData[name] = field.Value;
        }

        return result is ClerkResource { Id.Length: 0 } ? null : result;
    }

    private static Func<JsonElement, object?> ReaderOf(Type type)
    {
        if (Lists.TryGetValue(type, out var list))
        {
            var read = ReaderOf(list.Element);
            return json => ReadList(json, list.Create, read);
        }

        return type switch
        {
            _ when type == typeof(string) => static json => json.ValueKind == JsonValueKind.String ? json.GetString() : null,
            _ when type == typeof(bool?) => static json => json.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null },
            _ when type == typeof(long?) => static json => json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out var number) ? number : null,
            _ when type == typeof(decimal?) => static json => json.ValueKind == JsonValueKind.Number ? ReadDecimal(json) : null,
            _ when type == typeof(DateTimeOffset?) => static json =>
                json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out var number) ? UnixTime.FromMilliseconds(number) : null,
            _ when type == typeof(JsonElement?) => static json => json.ValueKind == JsonValueKind.Null ? null : json,
            _ => json => Read(type, json),
        };
    }

    // A decimal holds 28 digits; what has more, or an exponent, would be rounded without notice.
    private static decimal? ReadDecimal(JsonElement number) =>
        number.GetRawText() is { Length: <= 28 } text && !text.Contains('e', StringComparison.OrdinalIgnoreCase) ? number.GetDecimal() : null;

    // One element that does not fit makes the whole list unreadable: leaving it out would shift and hide things.
    private static Array? ReadList(JsonElement json, Func<int, Array> create, Func<JsonElement, object?> read)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var list = create(json.GetArrayLength());
        var index = 0;
        foreach (var element in json.EnumerateArray())
        {
            if (read(element) is not { } value)
            {
                return null;
            }

            list.SetValue(value, index++);
        }

        return list;
    }

    private static (Type Element, Func<int, Array> Create) List<T>() => (typeof(T), static length => new T[length]);

    private sealed record Member(Func<JsonElement, object?> Read, Action<object, object?> Set, object? Initial);
}
