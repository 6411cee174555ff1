using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClerkSync.Cli.Triggering;

/// <summary>Makes an event of its own out of a sample: new ids, people and times that agree with each other everywhere in the body.</summary>
internal sealed class SampleEvent(Identities identities, TimeSpan shift, string? instanceId)
{
    /// <summary>Every whole number from here on is a time in ms: September 2001. No amount or count of the samples comes near.</summary>
    private const long FirstTime = 1_000_000_000_000;

    private const string OrganizationSlug = "harbor-lantern";

    /// <summary>Things that each person has of their own, although the samples show them once.</summary>
    private static readonly string[] s_personalPrefixes = ["idn_", "orgmem_", "sess_", "client_"];

    public JsonObject Make(SampleStep step)
    {
        var body = SampleCatalogue.ReadTree(step.Type);
        var late = step.At is { } at ? at - (long)body["timestamp"]! : 0;
        RewriteObject(body, new Casting(step.As, late));
        foreach (var assignment in step.Set)
            assignment.TryApply(body);
        return body;
    }

    private void RewriteObject(JsonObject node, Casting casting)
    {
        foreach (var (name, child) in node.ToList())
        {
            if (Rewrite(name, child, casting) is { } changed)
                node[name] = changed;
        }
    }

    /// <summary>Null when the node may stay (its children may have changed).</summary>
    private JsonValue? Rewrite(string name, JsonNode? node, Casting casting)
    {
        switch (node)
        {
            case JsonObject inner:
                // an embedded organization is as old as it is, however late somebody joins
                RewriteObject(inner, name is "organization" ? casting with { LateMs = 0 } : casting);
                return null;
            case JsonArray array:
                for (var at = 0; at < array.Count; at++)
                {
                    if (Rewrite(name, array[at], casting) is { } changed)
                        array[at] = changed;
                }

                return null;
            case JsonValue value when value.GetValueKind() == JsonValueKind.Number:
                return value.TryGetValue<long>(out var time) && time >= FirstTime ? JsonValue.Create(time + casting.LateMs + (long)shift.TotalMilliseconds) : null;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                return JsonValue.Create(RewriteText(name, (string)value!, casting));
            default:
                return null;
        }
    }

    private string RewriteText(string name, string text, Casting casting)
    {
        if (casting.As is { } actor)
            text = actor.Other.Recast(text, actor) ?? text;
        foreach (var person in (ReadOnlySpan<StoryPerson>)[StoryPerson.Mara, StoryPerson.Tomas])
        {
            if (person.Recast(text, identities.Person(person)) is { } recast)
                return recast;
        }

        if (Identities.IsId(text))
        {
            if (text.StartsWith("ins_", StringComparison.Ordinal))
                return instanceId ?? text;
            var personal = casting.As is not null && s_personalPrefixes.Any(prefix => text.StartsWith(prefix, StringComparison.Ordinal));
            return identities.Id(text, personal ? casting.As!.UserId : "");
        }

        if (text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && !text.AsSpan().ContainsAny(" <\n"))
            return $"{text[..at]}.{identities.Suffix}{text[at..]}";
        return text is OrganizationSlug || (name is "username" or "external_id" && text.Length > 0) ? $"{text}-{identities.Suffix}" : text;
    }

    /// <summary>Who plays in the sample, and how much later than it says.</summary>
    private readonly record struct Casting(StoryPerson? As, long LateMs);
}
