using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ClerkSync.Benchmarks;

/// <summary>The sample payloads of the repository.</summary>
internal static partial class Samples
{
    /// <summary>The same body about other objects.</summary>
    public static byte[] WithOtherIds(byte[] body, int number) => Encoding.UTF8.GetBytes(ObjectId().Replace(
        Encoding.UTF8.GetString(body),
        match => match.Value.StartsWith("ins_", StringComparison.Ordinal) ? match.Value : string.Create(CultureInfo.InvariantCulture, $"{match.ValueSpan[..^7]}{number:D7}")));

    public static byte[] Read(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "tests", "Vectors", "samples", name + ".json");
            if (File.Exists(file))
                return File.ReadAllBytes(file);
        }

        throw new InvalidOperationException("The benchmarks run outside their repository.");
    }

    [GeneratedRegex("[a-z]+_[0-9A-Za-z]{27}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ObjectId();
}
