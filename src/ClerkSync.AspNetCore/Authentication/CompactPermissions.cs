using System.Globalization;
using System.Numerics;

namespace ClerkSync.AspNetCore;

/// <summary>
/// Permissions as tokens of version 2 pack them: one number for each feature of the organization, in it one bit for each permission. <c>o:dashboard,o:teams</c>, <c>manage,read</c> and <c>3,2</c> are
/// <c>org:dashboard:manage</c>, <c>org:dashboard:read</c> and <c>org:teams:read</c>.
/// </summary>
internal static class CompactPermissions
{
    /// <summary>More are no permissions that anybody made.</summary>
    public const int Most = 2000;

    // a bit is 0.30103 decimal digits
    private const double DigitsPerBit = 0.30103;

    public static IReadOnlyList<string> Unpack(string? features, string? permissions, string? numbers)
    {
        if (string.IsNullOrEmpty(features) || string.IsNullOrEmpty(permissions) || string.IsNullOrEmpty(numbers))
            return [];
        if (ScopedNames.TryRead(features) is not { } names)
            return [];
        string[] ofOrganization = [.. names.Where(n => n.IsOfOrganization).Select(n => n.Name)];
        string[] verbs = [.. permissions.Split(',').Select(p => p.Trim())];
        string[] maps = [.. numbers.Split(',').Select(n => n.Trim())];
        var found = new List<string>();
        for (var feature = 0; feature < ofOrganization.Length && feature < maps.Length; feature++)
        {
            var bits = BitsOf(maps[feature], verbs.Length);
            for (var verb = 0; verb < verbs.Length && !bits.IsZero; verb++)
            {
                if (((bits >> verb) & BigInteger.One).IsOne && verbs[verb].Length > 0)
                    found.Add($"org:{ofOrganization[feature]}:{verbs[verb]}");
                if (found.Count > Most)
                    return [];
            }
        }

        return found;
    }

    /// <summary>A number with more digits than its bits can have gives nothing, and costs nothing.</summary>
    private static BigInteger BitsOf(string number, int count) =>
        number.Length <= (int)(count * DigitsPerBit) + 20 && number.All(char.IsAsciiDigit) && BigInteger.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var bits) ? bits : BigInteger.Zero;
}
