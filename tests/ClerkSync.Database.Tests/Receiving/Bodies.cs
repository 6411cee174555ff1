using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClerkSync.Database.Tests.Receiving;

/// <summary>Bodies of webhooks as Clerk writes them, cut down to what a test is about.</summary>
internal static class Bodies
{
    public const string Instance = "ins_3B91RIADOEaq07LDgixv9xe7Yai";
    public const string OtherInstance = "ins_2zZzZzZzZzZzZzZzZzZzZzZzZzZ";

    /// <summary>A moment to count from, in Unix ms.</summary>
    public const long Start = 1_785_400_000_000;

    /// <summary>An event of any type.</summary>
    /// <param name="type">The event type.</param>
    /// <param name="at">When it happened, in ms after <see cref="Start"/>.</param>
    /// <param name="data">The object as JSON; <c>updated_at</c> is added when it has none and the event is no deletion.</param>
    /// <param name="instance">The instance that it names.</param>
    public static byte[] Event(string type, long at, string data, string instance = Instance)
    {
        var members = (JsonObject)JsonNode.Parse(data)!;
        if (!members.ContainsKey("updated_at") && !type.EndsWith(".deleted", StringComparison.Ordinal))
            members["updated_at"] = Start + at;
        var body = new JsonObject { ["data"] = members, ["instance_id"] = instance, ["object"] = "event", ["timestamp"] = Start + at, ["type"] = type };
        return JsonSerializer.SerializeToUtf8Bytes(body, BodiesJson.Default.JsonObject);
    }

    public static byte[] User(string type, string id, long at, string firstName = "Mara") => Event(type, at, $$"""{"id":"{{id}}","first_name":"{{firstName}}"}""");

    public static byte[] Deleted(string type, string id, long at) => Event(type, at, $$"""{"id":"{{id}}","deleted":true}""");

    public static string Numbered(string prefix, int number) => string.Create(CultureInfo.InvariantCulture, $"{prefix}_{number}");

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}

[System.Text.Json.Serialization.JsonSerializable(typeof(JsonObject))]
internal sealed partial class BodiesJson : System.Text.Json.Serialization.JsonSerializerContext;
