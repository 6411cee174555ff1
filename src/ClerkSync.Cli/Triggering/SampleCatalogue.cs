using System.Text.Json.Nodes;

namespace ClerkSync.Cli.Triggering;

/// <summary>One sample body for every event type, embedded in the program. Together they tell one story: the same ids mean the same people and teams in all of them.</summary>
internal static class SampleCatalogue
{
    /// <summary>All event types, in alphabetical order.</summary>
    public static IReadOnlyList<string> Types { get; } = [.. typeof(SampleCatalogue).Assembly
        .GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .Select(name => name[Prefix.Length..^".json".Length])
        .Order(StringComparer.Ordinal)];

    private const string Prefix = "sample/";

    /// <summary>The exact bytes of a sample.</summary>
    public static byte[] Read(string type)
    {
        using var stream = typeof(SampleCatalogue).Assembly.GetManifestResourceStream($"{Prefix}{type}.json")
            ?? throw new ArgumentException($"There is no sample for {type}.", nameof(type));
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>A sample as a tree that may be changed.</summary>
    public static JsonObject ReadTree(string type) => JsonNode.Parse(Read(type))!.AsObject();

    /// <summary>When the event of a sample happens in the story, in ms since 1970.</summary>
    public static long TimeOf(string type) => (long)ReadTree(type)["timestamp"]!;
}
