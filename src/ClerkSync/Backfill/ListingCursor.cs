using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClerkSync.Backfill;

/// <summary>How far a listing has been read. Kept in <c>checkpoints</c>, so that whoever goes on reads at most one page twice.</summary>
internal sealed record ListingCursor
{
    /// <summary>Which pass over the list, from 0.</summary>
    public int Pass { get; init; }

    /// <summary>Where the next page begins, for lists whose pages are counted.</summary>
    public int Offset { get; init; }

    /// <summary>Ids of the newest objects read, in order; the last one is where a keyed list goes on, and a counted one has to meet one of them.</summary>
    public IReadOnlyList<string> Tail { get; init; } = [];

    /// <summary>Objects of this pass that were read, those that came twice counted once.</summary>
    public long PassCount { get; init; }

    /// <summary>Objects of all passes.</summary>
    public long Count { get; init; }

    /// <summary>Objects of all passes that had no readable id.</summary>
    public long Unreadable { get; init; }

    /// <summary>How many objects Clerk counted last in this pass; null when it never did.</summary>
    public long? Total { get; init; }

    /// <summary>How often this pass had to begin again.</summary>
    public int Restarts { get; init; }

    public bool IsDone { get; init; }

    /// <summary>Clerk's code where the instance does not have this list; else null.</summary>
    public string? NotOffered { get; init; }

    /// <summary>Why what was read is not everything, or null.</summary>
    public string? Gap { get; init; }

    [JsonIgnore]
    public bool IsAtStart => Pass == 0 && Offset == 0 && Tail.Count == 0;

    /// <summary>The beginning of the pass once more.</summary>
    public ListingCursor Restarted() => this with { Offset = 0, Tail = [], Count = Count - PassCount, PassCount = 0, Restarts = Restarts + 1 };

    public string ToJson() => JsonSerializer.Serialize(this, CursorJson.Default.ListingCursor);

    /// <summary>The cursor that a checkpoint holds; one that cannot be read is none.</summary>
    public static ListingCursor? Parse(string? json)
    {
        try
        {
            return json is null ? null : JsonSerializer.Deserialize(json, CursorJson.Default.ListingCursor);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSerializable(typeof(ListingCursor))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
internal sealed partial class CursorJson : JsonSerializerContext;
