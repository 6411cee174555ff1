using System.Globalization;
using ClerkSync.Handlers;

namespace ClerkSync.Cli.Serving;

/// <summary>One forward as it is configured.</summary>
/// <param name="To">The address as the user wrote it.</param>
internal sealed record ForwardSetting(string To)
{
    private static readonly string[] Anywhere = ["0.0.0.0", "[::]", "+", "*"];

    public string? Name { get; init; }

    public IReadOnlyList<string> Events { get; init; } = [];

    public string? Secret { get; init; }

    public TimeSpan? Timeout { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public void AddTo(ClerkSyncBuilder builder) => builder.AddForward(To, options =>
    {
        options.Name = Name;
        options.Secret = Secret;
        options.Timeout = Timeout ?? options.Timeout;
        options.ForTypes(Events);
        foreach (var (name, value) in Headers)
            options.Headers[name] = value;
    });

    /// <summary>A sentence when the address is the one that this server itself listens on; else null. A port that the system chooses, or a proxy in between, cannot be seen.</summary>
    public string? LoopProblem(IEnumerable<string> urls, string path)
    {
        if (ForwardAddress.Parse(To) is not { } to || to.AbsolutePath.TrimEnd('/') != path.TrimEnd('/'))
            return null;
        return urls.Any(url => IsSameServer(to, url))
            ? $"The forward to {ForwardAddress.Shown(to)} leads back to the address that this server listens on. Forward to your application's own route, or let the server listen elsewhere (--urls, --path)."
            : null;
    }

    /// <summary>Address and events; nothing of it is secret.</summary>
    public override string ToString()
    {
        var events = Events.Count == 0 ? "every event" : string.Join(", ", Events);
        return $"{PlainText.Line(events)} to {(ForwardAddress.Parse(To) is { } url ? ForwardAddress.Shown(url) : ForwardAddress.Shown(To))}";
    }

    private static bool IsSameServer(Uri to, string url)
    {
        var host = url[(url.IndexOf("://", StringComparison.Ordinal) + 3)..].TrimEnd('/');
        var colon = host.LastIndexOf(':');
        var hasPort = ushort.TryParse(colon < 0 ? "" : host.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port);
        if (to.Scheme != "http" || to.Port != (hasPort ? port : 80))
            return false;
        var name = hasPort ? host[..colon] : host;
        var isThisMachine = to.IsLoopback || to.Host is "0.0.0.0" or "[::]" || string.Equals(to.Host, Environment.MachineName, StringComparison.OrdinalIgnoreCase);
        return string.Equals(name, to.Host, StringComparison.OrdinalIgnoreCase)
            || (isThisMachine && (Anywhere.Contains(name, StringComparer.Ordinal) || (Uri.TryCreate($"http://{name}", UriKind.Absolute, out var own) && own.IsLoopback)));
    }
}
