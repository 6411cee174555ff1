using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClerkSync.Cli.Triggering;

/// <summary>One <c>--set path=value</c>.</summary>
internal sealed class Assignment
{
    private readonly string[] _steps;
    private readonly string _value;

    private Assignment(string path, string[] steps, string value)
    {
        Path = path;
        _steps = steps;
        _value = value;
    }

    public string Path { get; }

    /// <summary>Reads <c>path=value</c>.</summary>
    /// <exception cref="CliException">There is no path or no <c>=</c>.</exception>
    public static Assignment Parse(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
            throw CliErrors.SetWithoutValue(text);
        var path = text[..equals].Trim();
        // "email_addresses[0].id" and "email_addresses.0.id" are the same path
        var steps = path.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.');
        if (steps.Any(step => step.Length == 0))
            throw CliErrors.SetWithoutValue(text);
        return new Assignment(path, steps, text[(equals + 1)..]);
    }

    /// <summary>Writes the value. False, and nothing changed, when the body has no such path; inside metadata every path exists.</summary>
    public bool TryApply(JsonObject body)
    {
        JsonNode? node = body;
        var free = false;
        for (var at = 0; at < _steps.Length - 1; at++)
        {
            free |= IsMetadata(_steps[at]);
            var next = Child(node, _steps[at]);
            if (next is null && free && node is JsonObject parent && !parent.ContainsKey(_steps[at]))
                parent[_steps[at]] = next = new JsonObject();
            node = next;
        }

        var last = _steps[^1];
        switch (node)
        {
            case JsonObject target when free || target.ContainsKey(last):
                FollowId(body, target[last]);
                target[last] = Value();
                return true;
            case JsonArray target when IndexIn(target, last) is { } index:
                FollowId(body, target[index]);
                target[index] = Value();
                return true;
            default:
                return false;
        }
    }

    /// <summary>Whether the value there is an id, which other events of a scenario may hold too.</summary>
    public bool NamesId(JsonObject body)
    {
        JsonNode? node = body;
        foreach (var step in _steps)
            node = Child(node, step);
        return node is JsonValue value && value.TryGetValue<string>(out var text) && Identities.IsId(text);
    }

    /// <summary>All paths of a body, to find the one that was meant.</summary>
    public static IEnumerable<string> PathsOf(JsonNode? node, string path = "")
    {
        var children = node switch
        {
            JsonObject inner => inner.Select(pair => (Name: pair.Key, Node: pair.Value)),
            JsonArray array => array.Select((item, index) => (Name: index.ToString(System.Globalization.CultureInfo.InvariantCulture), Node: item)),
            _ => [],
        };
        foreach (var (name, child) in children)
        {
            var below = path.Length == 0 ? name : $"{path}.{name}";
            yield return below;
            foreach (var deeper in PathsOf(child, below))
                yield return deeper;
        }
    }

    /// <summary>An id that is replaced is replaced everywhere in the body, so that references go on to agree.</summary>
    private void FollowId(JsonNode body, JsonNode? old)
    {
        if (old is not JsonValue value || !value.TryGetValue<string>(out var id) || !Identities.IsId(id))
            return;
        foreach (var path in PathsOf(body).ToList())
        {
            var steps = path.Split('.');
            var parent = steps[..^1].Aggregate((JsonNode?)body, Child);
            if (Child(parent, steps[^1]) is JsonValue other && other.TryGetValue<string>(out var text) && string.Equals(text, id, StringComparison.Ordinal))
            {
                if (parent is JsonObject target)
                    target[steps[^1]] = Value();
                else if (parent is JsonArray array && IndexIn(array, steps[^1]) is { } index)
                    array[index] = Value();
            }
        }
    }

    /// <summary>JSON if it is JSON, else the text itself. A number that shall be text is written in quotes: <c>'"123"'</c>.</summary>
    private JsonNode? Value()
    {
        try
        {
            return JsonNode.Parse(_value);
        }
        catch (JsonException)
        {
            return JsonValue.Create(_value);
        }
    }

    private static JsonNode? Child(JsonNode? node, string step) => node switch
    {
        JsonObject inner => inner[step],
        JsonArray array when IndexIn(array, step) is { } index => array[index],
        _ => null,
    };

    private static int? IndexIn(JsonArray array, string step) =>
        int.TryParse(step, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var index) && index < array.Count ? index : null;

    private static bool IsMetadata(string step) => step.EndsWith("_metadata", StringComparison.Ordinal);
}
