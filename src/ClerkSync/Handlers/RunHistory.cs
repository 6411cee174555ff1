using System.Buffers;
using System.Text.Json;

namespace ClerkSync.Handlers;

/// <summary>The attempts of a run, as a JSON array that people read in <c>inbox show</c>.</summary>
internal static class RunHistory
{
    /// <summary>The newest attempts that are kept; a run is tried eight times unless its handler says otherwise.</summary>
    private const int Longest = 20;

    public static ReadOnlyMemory<byte> With(RunOutcome outcome)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var attempt in Read(outcome.Run.History).TakeLast(Longest - 1))
                attempt.Write(writer);
            Of(outcome).Write(writer);
            writer.WriteEndArray();
        }

        return buffer.WrittenMemory;
    }

    public static IReadOnlyList<RunAttempt> Read(string? json)
    {
        if (json is null)
            return [];
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(RunAttempt.Read)];
    }

    private static RunAttempt Of(RunOutcome outcome) => new(
        outcome.Run.Attempts, outcome.Run.IsReplay, outcome.Run.StartedAt, outcome.EndedAt, outcome.State, outcome.Error, outcome.Answer?.Status);
}

/// <summary>One attempt. Times are Unix ms.</summary>
internal sealed record RunAttempt(long Attempt, bool IsReplay, long StartedAt, long EndedAt, string State, string? Error, int? Status)
{
    public static RunAttempt Read(JsonElement json) => new(
        json.GetProperty("attempt").GetInt64(),
        json.GetProperty("replay").GetBoolean(),
        json.GetProperty("started_at").GetInt64(),
        json.GetProperty("ended_at").GetInt64(),
        json.GetProperty("state").GetString()!,
        json.TryGetProperty("error", out var error) ? error.GetString() : null,
        json.TryGetProperty("status", out var status) ? status.GetInt32() : null);

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("attempt", Attempt);
        writer.WriteBoolean("replay", IsReplay);
        writer.WriteNumber("started_at", StartedAt);
        writer.WriteNumber("ended_at", EndedAt);
        writer.WriteString("state", State);
        if (Error is not null)
            writer.WriteString("error", Error);
        if (Status is { } status)
            writer.WriteNumber("status", status);
        writer.WriteEndObject();
    }
}
