using System.Text.Json;

namespace ClerkSync.Database.Tests.Support;

/// <summary>The sample payloads, as bytes.</summary>
internal static class Samples
{
    public static string Folder { get; } = Path.Combine(Root(), "tests", "Vectors", "samples");

    public static IReadOnlyList<string> Names { get; } = [.. Files("")];

    public static IReadOnlyList<string> Variants { get; } = [.. Files("variants")];

    public static byte[] Read(string name) =>
        File.ReadAllBytes(Path.Combine(Folder, Variants.Contains(name) ? "variants" : "", name + ".json"));

    public static JsonElement Json(string name)
    {
        using var document = JsonDocument.Parse(Read(name));
        return document.RootElement.Clone();
    }

    public static string TypeOf(string name) => Json(name).GetProperty("type").GetString()!;

    public static string ObjectIdOf(string name) => Json(name).GetProperty("data").GetProperty("id").GetString()!;

    private static IEnumerable<string> Files(string sub) =>
        Directory.GetFiles(Path.Combine(Folder, sub), "*.json").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal);

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ClerkSync.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside their repository.");
    }
}
