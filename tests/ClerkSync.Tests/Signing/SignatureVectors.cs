using System.Text.Json;

namespace ClerkSync.Tests.Signing;

/// <summary>One case of <c>tests/Vectors</c>: headers, body and clock, and what a verifier must say.</summary>
internal sealed record SignatureVector(
    string Name, string[] Secrets, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body, long Now, string Expect);

internal static class SignatureVectors
{
    public static string Folder { get; } = FindFolder();

    public static IReadOnlyDictionary<string, SignatureVector> General { get; } = ReadGeneral().ToDictionary(v => v.Name, StringComparer.Ordinal);

    public static IReadOnlyDictionary<string, SignatureVector> OfSamples { get; } = ReadSamples().ToDictionary(v => v.Name, StringComparer.Ordinal);

    private static IEnumerable<SignatureVector> ReadGeneral()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "signature-vectors.json")));
        foreach (var vector in document.RootElement.EnumerateArray())
        {
            yield return new(
                vector.GetProperty("name").GetString()!,
                [vector.GetProperty("secret").GetString()!],
                ReadHeaders(vector),
                vector.GetProperty("body_base64").GetBytesFromBase64(),
                vector.GetProperty("now").GetInt64(),
                vector.GetProperty("expect").GetString()!);
        }
    }

    private static IEnumerable<SignatureVector> ReadSamples()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "sample-signature-vectors.json")));
        foreach (var vector in document.RootElement.GetProperty("vectors").EnumerateArray())
        {
            yield return new(
                vector.GetProperty("name").GetString()!,
                [.. vector.GetProperty("secrets").EnumerateArray().Select(s => s.GetString()!)],
                ReadHeaders(vector),
                File.ReadAllBytes(Path.Combine(Folder, vector.GetProperty("body_file").GetString()!)),
                vector.GetProperty("now").GetInt64(),
                vector.GetProperty("expect").GetString()!);
        }
    }

    private static List<KeyValuePair<string, string>> ReadHeaders(JsonElement vector) =>
        [.. vector.GetProperty("headers").EnumerateObject().Select(h => KeyValuePair.Create(h.Name, h.Value.GetString()!))];

    private static string FindFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var vectors = Path.Combine(folder.FullName, "tests", "Vectors");
            if (Directory.Exists(vectors))
                return vectors;
        }

        throw new DirectoryNotFoundException($"No folder tests/Vectors above {AppContext.BaseDirectory}.");
    }
}
