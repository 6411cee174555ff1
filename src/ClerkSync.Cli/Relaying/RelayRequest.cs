namespace ClerkSync.Cli.Relaying;

/// <summary>A request that came to the inbox.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Headers">As the relay passed them on, those of the connection among them.</param>
/// <param name="Body">The exact bytes.</param>
internal sealed record RelayRequest(string Method, IReadOnlyList<KeyValuePair<string, string>> Headers, ReadOnlyMemory<byte> Body)
{
    /// <summary>The relay's own id for it; null when it did not come from a relay.</summary>
    public string? FrameId { get; init; }

    /// <summary>The first value of a header; null when it is not there.</summary>
    public string? Header(string name) =>
        Headers.FirstOrDefault(header => string.Equals(header.Key, name, StringComparison.OrdinalIgnoreCase)).Value;
}
