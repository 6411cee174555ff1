namespace ClerkSync.ClerkApi;

/// <summary>How Clerk's Backend API is asked: for backfill, reconcile and read-through.</summary>
public sealed class ClerkApiOptions
{
    /// <summary>The secret key of the instance, <c>sk_live_…</c> or <c>sk_test_…</c>; null where Clerk is never asked.</summary>
    /// <value>Null. Environment: <c>CLERK_SECRET_KEY</c>.</value>
    public string? SecretKey { get; set; }

    /// <summary>The address of the API, without <c>/v1</c>. Any key but one that begins with <c>sk_test_</c> is sent over <c>https</c> only, except to this machine itself.</summary>
    /// <value><c>https://api.clerk.com</c>. Environment: <c>CLERK_API_URL</c>.</value>
    public string Url { get; set; } = DefaultUrl;

    /// <summary>The part of Clerk's rate limit that one process may use, in percent: 1 to 100. The limit is the instance's, so the application's own requests need the rest.</summary>
    /// <value>20.</value>
    public int BudgetPercent { get; set; } = 20;

    /// <summary>Clerk's rate limit for the instance, in requests for each 10 seconds: 1 to 100,000. Null for what Clerk grants: 1000 in production, 100 in development.</summary>
    /// <value>Null.</value>
    public int? RequestsPerTenSeconds { get; set; }

    /// <summary>How long one attempt may take, from the first byte sent to the last one read: more than zero, at most 10 minutes.</summary>
    /// <value>30 s.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a request is tried again after 429, 500, 502, 503, 504 or a broken connection: 0 to 20.</summary>
    /// <value>5: with growing pauses some 15 seconds.</value>
    public int MaxRetries { get; set; } = 5;

    /// <summary>How long a request is tried again, counted from its first attempt, pauses that Clerk asks for included. Zero to 1 hour.</summary>
    /// <value>5 minutes.</value>
    public TimeSpan RetryFor { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The largest answer that is read, in bytes, after decompression: 64 KiB to 1 GiB.</summary>
    /// <value>64 MiB: a page of 500 users, each with all metadata that Clerk allows, has some 15 MB.</value>
    public int MaxAnswerSize { get; set; } = 64 * 1024 * 1024;

    /// <summary>How long somebody waits for an answer: a longer pause is an answer by itself. Follows <c>ReadThrough.Timeout</c>.</summary>
    internal TimeSpan ForegroundTimeout { get; set; } = TimeSpan.FromSeconds(5);

    internal const string DefaultUrl = "https://api.clerk.com";

    /// <summary>Whether Clerk can be asked at all.</summary>
    internal bool HasKey => !string.IsNullOrWhiteSpace(SecretKey);

    internal bool IsProduction => SecretKey?.Trim().StartsWith("sk_live_", StringComparison.Ordinal) == true;

    private bool IsDevelopment => SecretKey?.Trim().StartsWith("sk_test_", StringComparison.Ordinal) == true;

    /// <summary>Most requests of this process within 10 seconds.</summary>
    internal int Budget => Math.Max(1, (int)((long)(RequestsPerTenSeconds ?? (IsProduction ? 1000 : 100)) * BudgetPercent / 100));

    /// <summary>The address below which all paths lie.</summary>
    internal string Root
    {
        get
        {
            var url = Url.Trim().TrimEnd('/');
            return url.EndsWith("/v1", StringComparison.Ordinal) ? url : url + "/v1";
        }
    }

    internal IEnumerable<string> Validate()
    {
        if (HasKey && KeyProblem(SecretKey!.Trim()) is { } problem)
            yield return $"ClerkApi.SecretKey {problem}";
        if (UrlProblem() is { } wrong)
            yield return wrong;
        if (BudgetPercent is < 1 or > 100)
            yield return $"ClerkApi.BudgetPercent is {BudgetPercent}; it must be 1 to 100, and 20 is usual.";
        if (RequestsPerTenSeconds is < 1 or > 100_000)
            yield return $"ClerkApi.RequestsPerTenSeconds is {RequestsPerTenSeconds}; it must be 1 to 100000.";
        if (Timeout <= TimeSpan.Zero || Timeout > TimeSpan.FromMinutes(10))
            yield return $"ClerkApi.Timeout is {Timeout}; it must be more than zero and at most 10 minutes.";
        if (MaxRetries is < 0 or > 20)
            yield return $"ClerkApi.MaxRetries is {MaxRetries}; it must be 0 to 20.";
        if (RetryFor < TimeSpan.Zero || RetryFor > TimeSpan.FromHours(1))
            yield return $"ClerkApi.RetryFor is {RetryFor}; it must be zero to one hour.";
        if (MaxAnswerSize is < 64 * 1024 or > 1024 * 1024 * 1024)
            yield return $"ClerkApi.MaxAnswerSize is {MaxAnswerSize}; it must be 65536 bytes (64 KiB) to 1073741824 (1 GiB).";
    }

    /// <summary>Never repeats the key, not even a part of it.</summary>
    private static string? KeyProblem(string key)
    {
        if (key.StartsWith("pk_", StringComparison.Ordinal))
            return "is a publishable key (pk_…). The secret key stands beside it in Clerk's Dashboard, API keys, and begins with sk_.";
        if (key.StartsWith("whsec_", StringComparison.Ordinal))
            return "is the signing secret of an endpoint (whsec_…), which belongs into CLERK_WEBHOOK_SIGNING_SECRET. The secret key begins with sk_ and stands in Clerk's Dashboard, API keys.";
        return key.All(c => c is > ' ' and < '\x7f')
            ? null
            : "holds a blank or a character that no key has. Copy it again from Clerk's Dashboard, API keys.";
    }

    private string? UrlProblem()
    {
        if (!Uri.TryCreate(Url?.Trim(), UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http"))
            return $"ClerkApi.Url is \"{Url}\"; it must be an address that begins with https:// or http://, such as {DefaultUrl}.";
        if (url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
            return "ClerkApi.Url holds a user name, a query or a fragment; it must be an address alone, such as " + DefaultUrl + ".";
        return url.Scheme == "http" && !url.IsLoopback && HasKey && !IsDevelopment
            ? $"ClerkApi.Url is \"{Url}\"; a key that does not begin with sk_test_ is sent over https:// only."
            : null;
    }
}
