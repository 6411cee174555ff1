using System.Globalization;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace ClerkSync.EntityFrameworkCore;

/// <summary>
/// Moments as the mirror on SQLite keeps them: ISO 8601 in UTC with milliseconds, so that comparing the texts compares the moments. What a value
/// asked for has beyond the millisecond follows the <c>Z</c>: it then lies between two texts that can be stored, as the moment does. Public
/// because compiled models name it; <c>MapClerkMirror</c> uses it by itself.
/// </summary>
public sealed class ClerkMomentConverter : ValueConverter<DateTimeOffset, string>
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>Makes a converter.</summary>
    public ClerkMomentConverter()
        : base(moment => Write(moment), text => Read(text))
    {
    }

    private static string Write(DateTimeOffset moment)
    {
        var text = moment.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);
        var rest = moment.Ticks % TimeSpan.TicksPerMillisecond;
        return rest == 0 ? text : text + rest.ToString("D4", CultureInfo.InvariantCulture);
    }

    private static DateTimeOffset Read(string text) =>
        DateTimeOffset.ParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
