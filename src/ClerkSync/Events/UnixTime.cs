using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClerkSync.Events;

internal static class UnixTime
{
    private const long FirstMillisecond = -62_135_596_800_000;
    private const long LastMillisecond = 253_402_300_799_999;

    public static DateTimeOffset? FromMilliseconds(long milliseconds) =>
        milliseconds is >= FirstMillisecond and <= LastMillisecond ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;

    public static DateTimeOffset? FromSeconds(long seconds) =>
        seconds is >= FirstMillisecond / 1000 and <= LastMillisecond / 1000 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
}

/// <summary>Every time inside Clerk's objects is a number of Unix milliseconds.</summary>
internal sealed class UnixMillisecondsConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        UnixTime.FromMilliseconds(reader.GetInt64()) ?? throw new JsonException("The time is beyond the years 1 to 9999.");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.ToUnixTimeMilliseconds());
}
