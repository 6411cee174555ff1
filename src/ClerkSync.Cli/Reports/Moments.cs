using System.Globalization;

namespace ClerkSync.Cli.Reports;

/// <summary>Moments, given in Unix milliseconds, as texts. Always UTC, as in logs and in Clerk's own data.</summary>
internal static class Moments
{
    /// <summary>For tables: to the second.</summary>
    public static string Short(long milliseconds) => Format(milliseconds, "yyyy-MM-dd HH:mm:ss'Z'");

    /// <summary>For programs and details: to the millisecond.</summary>
    public static string Exact(long milliseconds) => Format(milliseconds, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'");

    /// <summary>How long ago it was, in the largest unit that fits.</summary>
    public static string Ago(long milliseconds, DateTimeOffset now) => Age(milliseconds, now) is { } age ? $"{age} ago" : "now";

    /// <summary>The same without "ago"; null for less than a second.</summary>
    public static string? Age(long milliseconds, DateTimeOffset now)
    {
        var age = now - DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        var (number, unit) = age switch
        {
            { TotalSeconds: < 1 } => (0, ""),
            { TotalMinutes: < 2 } => ((int)age.TotalSeconds, "s"),
            { TotalHours: < 2 } => ((int)age.TotalMinutes, "min"),
            { TotalDays: < 2 } => ((int)age.TotalHours, "h"),
            _ => ((int)age.TotalDays, "days"),
        };
        return unit.Length == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{number} {unit}");
    }

    private static string Format(long milliseconds, string format) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime.ToString(format, CultureInfo.InvariantCulture);
}
