using ClerkSync.Tests.Documents;

namespace ClerkSync.Tests.Events;

/// <summary>The sample bodies of the repository, as bytes.</summary>
internal static class Samples
{
    private static readonly string Folder = Repository.PathOf("tests", "Vectors", "samples");

    /// <summary>One per event type.</summary>
    public static IReadOnlyList<string> Plain { get; } = Names(Folder, "");

    /// <summary>Odd shapes.</summary>
    public static IReadOnlyList<string> Variants { get; } = Names(Path.Combine(Folder, "variants"), "variants/");

    public static IReadOnlyList<string> All { get; } = [.. Plain, .. Variants];

    public static TheoryData<string> AllAsTheory => new(All);

    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Folder, name + ".json"));

    private static List<string> Names(string folder, string prefix) =>
        [.. Directory.EnumerateFiles(folder, "*.json").Select(f => prefix + Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];
}
