namespace ClerkSync.ClerkApi;

/// <summary>One request with what its attempts have found out. It travels with the HTTP request.</summary>
/// <param name="path">Path below <c>/v1</c> without query, for people: a query can hold personal data.</param>
/// <param name="isList">Whether a page is expected, not one object.</param>
/// <param name="mayBeMissing">Whether "there is no such object" is an answer, not a failure.</param>
/// <param name="priority">Whose turn it is.</param>
/// <param name="merge">What is merged into the object, as JSON; null where it is only read.</param>
internal sealed class ApiCall(string path, bool isList, bool mayBeMissing, ApiPriority priority, ReadOnlyMemory<byte>? merge = null)
{
    public static readonly HttpRequestOptionsKey<ApiCall> Key = new("ClerkSync.ClerkApi.Call");

    /// <summary>How the request is called in messages.</summary>
    public string Name => $"{(merge is null ? "GET" : "PATCH")} /v1/{path}";

    public ReadOnlyMemory<byte>? Merge => merge;

    public bool MayBeMissing => mayBeMissing;

    public ApiPriority Priority => priority;

    /// <summary>When the first attempt was sent, as a timestamp of the clock; null before.</summary>
    public long? FirstSentAt { get; set; }

    /// <summary>The header <c>Date</c> of the answer, in Unix ms.</summary>
    public long AnsweredAt { get; private set; }

    public ApiAnswer? Answer { get; private set; }

    public ApiPage? Page { get; private set; }

    /// <summary>Takes a successful answer.</summary>
    /// <exception cref="ClerkApiException">It is not what was asked for.</exception>
    public void Take(byte[] body, long takenAt, long answeredAt)
    {
        AnsweredAt = answeredAt;
        if (isList)
        {
            var (items, totalCount) = ApiJson.ReadPage(body, Name);
            Page = new(items, totalCount, takenAt, answeredAt);
        }
        else
        {
            ApiJson.CheckObject(body, Name);
            Answer = new(body, takenAt, answeredAt);
        }
    }

    /// <summary>Takes the answer that there is no such object.</summary>
    public void TakeMissing(long answeredAt) => AnsweredAt = answeredAt;
}
