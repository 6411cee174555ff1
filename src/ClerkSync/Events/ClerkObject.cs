using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClerkSync.Events;

/// <summary>
/// A piece of JSON that Clerk sent. Every member is optional: null (or an empty list) stands for a field that is absent, null, or of a type
/// that nobody expected. Nothing is lost by that: what the members cannot hold is in <see cref="ExtensionData"/> and is written back.
/// Times are Unix milliseconds in JSON; digits below a millisecond are cut when written.
/// </summary>
public abstract record ClerkObject
{
    private protected ClerkObject()
    {
    }

    /// <summary>Copies an object; the copy has its own <see cref="ExtensionData"/>.</summary>
    /// <param name="original">What to copy.</param>
    protected ClerkObject(ClerkObject original) => ExtensionData = new Dictionary<string, JsonElement>(original.ExtensionData, StringComparer.Ordinal);

    /// <summary>
    /// By JSON name, what the members do not hold: fields that are not known yet, explicit nulls, and values of an unexpected type.
    /// An entry whose member was set since is not written.
    /// </summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement> ExtensionData { get; } = new Dictionary<string, JsonElement>(StringComparer.Ordinal);

    /// <summary>Type and, of resources, id; nothing else, so that no personal data reaches a log by accident.</summary>
    /// <returns>For example <c>User user_3BnYl8WR51kNpzKBU6zh5XiwIBp</c> or <c>EmailAddress</c>.</returns>
    public sealed override string ToString() => this is ClerkResource { Id: var id } ? $"{GetType().Name} {id}" : GetType().Name;
}

/// <summary>A Clerk object that events are about. It always has an id.</summary>
public abstract record ClerkResource : ClerkObject
{
    private protected ClerkResource()
    {
    }

    /// <summary>Clerk's id: a prefix that names the kind, and letters and digits. Case matters. Never empty in what was read.</summary>
    [JsonPropertyOrder(-1)]
    public string Id { get; set; } = "";
}
