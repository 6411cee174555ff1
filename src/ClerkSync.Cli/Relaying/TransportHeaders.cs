namespace ClerkSync.Cli.Relaying;

/// <summary>The headers that belong to one connection and must not be passed on to another.</summary>
internal static class TransportHeaders
{
    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
        "host", "content-length", "expect",
    };

    /// <summary>Drops them, and whatever the header Connection itself names.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Without(IEnumerable<KeyValuePair<string, string>> headers)
    {
        var all = headers.ToList();
        var named = all
            .Where(header => string.Equals(header.Key, "connection", StringComparison.OrdinalIgnoreCase))
            .SelectMany(header => header.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        // a signature is never a matter of the connection, whatever somebody writes there
        return [.. all.Where(header => !Names.Contains(header.Key) && (!named.Contains(header.Key) || IsOfSvix(header.Key)))];
    }

    /// <summary>Whether a user may not set it either. Host is theirs: a local server may know several names.</summary>
    public static bool IsOfConnection(string name) => Names.Contains(name) && !string.Equals(name, "host", StringComparison.OrdinalIgnoreCase);

    public static bool IsOfSvix(string name) => name.StartsWith("svix-", StringComparison.OrdinalIgnoreCase);
}
