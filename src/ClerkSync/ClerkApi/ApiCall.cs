namespace ClerkSync.ClerkApi;

/// <summary>One request with what its attempts have found out. It travels with the HTTP request.</summary>
/// <param name="path">Path below <c>/v1</c> without query, for people: a query can hold personal data.</param>
/// <param name="isList">Whether a page is expected, not one object.</param>
/// <param name="priority">Whose turn it is.</param>
internal sealed class ApiCall(string path, bool isList, ApiPriority priority)
{
    public static readonly HttpRequestOptionsKey<ApiCall> Key = new("ClerkSync.ClerkApi.Call");

    /// <summary>How the request is called in messages.</summary>
    public string Name => $"GET /v1/{path}";

    public bool IsList => isList;

    public ApiPriority Priority => priority;

    /// <summary>When the first attempt was sent, as a timestamp of the clock; null before.</summary>
    public long? FirstSentAt { get; set; }

    /// <summary>Whether Clerk said that there is no such object.</summary>
    public bool IsMissing { get; set; }

    public ApiAnswer? Answer { get; private set; }

    public ApiPage? Page { get; private set; }

    /// <summary>Takes a successful answer.</summary>
    /// <exception cref="ClerkApiException">It is not what was asked for.</exception>
    public void Take(byte[] body, long takenAt, long answeredAt)
    {
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
}
