using ClerkSync.Emulator.Objects;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ClerkSync.Emulator.Api;

/// <summary>A request as the routes see it: segments behind <c>/v1</c>, query, body.</summary>
internal sealed class ApiRequest(string method, string[] segments, IQueryCollection query, JsonObject? body, string version, Func<PageFault> pageFault)
{
    private const int MostValues = 100;

    public string Method { get; } = method;

    public string[] Segments { get; } = segments;

    /// <summary>The version that the caller asked for, or that of old when it asked for none.</summary>
    public string Version { get; } = version;

    /// <summary>What shall be wrong with the list that is answered. To be asked once, and only by a list.</summary>
    public PageFault ChoosePageFault() => pageFault();

    /// <summary>The body; empty when there is none.</summary>
    public JsonObject Body { get; } = body ?? [];

    /// <summary>A text of the body.</summary>
    /// <exception cref="ClerkEmulatorException">The body has no such text.</exception>
    public string Required(string name) => Body[name].AsText() ?? throw ClerkEmulatorException.MissingParameter(name);

    public string? Text(string name) => query[name] is [.., { Length: > 0 } text] ? text : null;

    public bool Is(string name) => Text(name) is "true" or "1";

    public bool Has(string name) => query.ContainsKey(name);

    /// <summary>The values of a filter that may be repeated; a name with brackets is the same filter.</summary>
    public string[] Texts(string name)
    {
        string[] values = [.. query[name].Concat(query[name + "[]"]).OfType<string>().Where(t => t.Length > 0)];
        return values.Length <= MostValues ? values
            : throw ClerkEmulatorException.BadParameter(name, string.Create(CultureInfo.InvariantCulture, $"{name} has {values.Length} values; at most {MostValues} are allowed."));
    }

    public long? Number(string name)
    {
        if (Text(name) is not { } text)
            return null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
            : throw ClerkEmulatorException.BadParameter(name, $"{name} must be a whole number.");
    }

    /// <summary>Reads a body; null when it is empty. A bare array becomes the member <see cref="ApiServer.BareArray"/>.</summary>
    /// <exception cref="ClerkEmulatorException">It is neither an object nor an array.</exception>
    public static JsonObject? ParseBody(ReadOnlySpan<byte> body)
    {
        try
        {
            return body.IsEmpty ? null : JsonNode.Parse(body) switch
            {
                JsonObject members => members,
                JsonArray items => new() { [ApiServer.BareArray] = items },
                _ => throw new JsonException(),
            };
        }
        catch (JsonException)
        {
            throw new ClerkEmulatorException(400, "request_body_invalid", "body is invalid", "The body of the request is no JSON object.");
        }
    }
}
