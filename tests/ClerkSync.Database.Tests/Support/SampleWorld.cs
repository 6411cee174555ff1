using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ClerkSync.Database.Tests.Support;

/// <summary>Samples share people. With ids of its own each is the first word about everything in it; all other bytes stay.</summary>
internal static partial class SampleWorld
{
    public static (byte[] Body, string ObjectId) Of(string name, int world)
    {
        var suffix = (char)('A' + (world / 10)) + world.ToString("D2", CultureInfo.InvariantCulture);
        string Own(string text) => ClerkId().Replace(text, m => m.Value.StartsWith("ins_", StringComparison.Ordinal) ? m.Value : m.Value[..^3] + suffix);
        return (Encoding.Latin1.GetBytes(Own(Encoding.Latin1.GetString(Samples.Read(name)))), Own(Samples.ObjectIdOf(name)));
    }

    [GeneratedRegex("[a-z_]+_3B[0-9A-Za-z]{25}", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex ClerkId();
}
