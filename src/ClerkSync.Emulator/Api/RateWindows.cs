namespace ClerkSync.Emulator.Api;

/// <summary>Counts requests in windows of time.</summary>
internal sealed class RateWindows(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (DateTimeOffset Start, int Count)> _windows = new(StringComparer.Ordinal);

    /// <summary>Takes one request from a window.</summary>
    /// <returns>Null when it may pass; else how long the caller has to wait.</returns>
    public TimeSpan? Take(string name, int limit, TimeSpan period)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var window = _windows.GetValueOrDefault(name);
            if (now - window.Start >= period)
                window = (now, 0);
            if (window.Count >= limit)
                return window.Start + period - now;
            _windows[name] = window with { Count = window.Count + 1 };
            return null;
        }
    }

    public void Clear()
    {
        lock (_gate)
            _windows.Clear();
    }
}

/// <summary>Clerk's limits.</summary>
internal static class RateLimits
{
    private static readonly TimeSpan TenSeconds = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>How long the request has to wait; null when it may pass.</summary>
    /// <param name="windows">What was counted so far.</param>
    /// <param name="limit">Requests of all kinds in ten seconds.</param>
    /// <param name="hasObjectLimits">Whether the limits of single calls apply, too.</param>
    /// <param name="method">The method.</param>
    /// <param name="segments">The path behind <c>/v1</c>.</param>
    public static TimeSpan? Take(RateWindows windows, int limit, bool hasObjectLimits, string method, string[] segments)
    {
        if (segments is ["jwks"])
            return null;
        if (limit < int.MaxValue && windows.Take("all", limit, TenSeconds) is { } wait)
            return wait;
        return hasObjectLimits && Special(method, segments) is var (most, period) ? windows.Take($"{method} {string.Join('/', segments)}", most, period) : null;
    }

    private static (int Limit, TimeSpan Period)? Special(string method, string[] segments) => (method, segments) switch
    {
        ("POST", ["invitations"]) => (100, Hour),
        ("POST", ["invitations", "bulk"]) => (25, Hour),
        ("POST", ["organizations", _, "invitations"]) => (250, Hour),
        ("POST", ["organizations", _, "invitations", "bulk"]) => (50, Hour),
        ("PATCH", ["users" or "organizations", _]) or ("PATCH" or "PUT", ["users" or "organizations", _, "metadata"]) => (10, TenSeconds),
        ("PATCH", ["organizations", _, "memberships", _, ..]) => (10, TenSeconds),
        _ => null,
    };
}
