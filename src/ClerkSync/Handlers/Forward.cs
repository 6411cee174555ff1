using System.Collections.Immutable;
using ClerkSync.Signing;

namespace ClerkSync.Handlers;

/// <summary>One endpoint that events are posted on to, checked.</summary>
internal sealed class Forward
{
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(10);

    /// <summary>What the handler may take beyond the forward's own limit, so that it is the forward that tells of a timeout.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    /// <summary>Headers that belong to the signature, the body or the connection.</summary>
    private static readonly ImmutableArray<string> Reserved =
    [
        HeaderNames.SvixId, HeaderNames.SvixTimestamp, HeaderNames.SvixSignature, HeaderNames.WebhookId, HeaderNames.WebhookTimestamp, HeaderNames.WebhookSignature,
        "connection", "expect", "keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    ];

    private Forward(string name, Uri? url, ClerkForwardOptions options, SigningSecrets? secrets, IReadOnlyList<string> problems)
    {
        Name = name;
        Url = url;
        Timeout = options.Timeout;
        Secrets = secrets;
        Headers = [.. options.Headers];
        Patterns = [.. options.Patterns];
        Problems = problems;
    }

    public string Name { get; }

    /// <summary>Null when there is a problem with it.</summary>
    public Uri? Url { get; }

    public TimeSpan Timeout { get; }

    /// <summary>The forward's own secrets; null for the first one of the receiver.</summary>
    public SigningSecrets? Secrets { get; }

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; }

    public IReadOnlyList<string> Patterns { get; }

    /// <summary>Everything that is wrong with it beside what is checked of every handler.</summary>
    public IReadOnlyList<string> Problems { get; }

    public static Forward Of(string address, ClerkForwardOptions options)
    {
        var url = ForwardAddress.Parse(address);
        var shown = ForwardAddress.Shown(address);
        var name = options.Name ?? (url is null ? ForwardAddress.NameOf(shown) : ForwardAddress.NameOf(url));
        SigningSecrets? secrets = null;
        string? secretProblem = null;
        if (options.Secret is not null && !SigningSecrets.TryParse(options.Secret, out secrets, out secretProblem))
            secrets = null;
        return new(name, url, options, secrets, [.. ProblemsOf($"Forward \"{name}\"", shown, url, options, secrets, secretProblem)]);
    }

    /// <summary>The handler that does it.</summary>
    /// <param name="options">The same options.</param>
    /// <param name="work">Posts one event.</param>
    public Handler ToHandler(ClerkForwardOptions options, HandlerWork work)
    {
        var handler = new ClerkHandlerOptions { Name = Name, Timeout = HandlerTimeout, MaxConcurrency = options.MaxConcurrency, Jitter = options.Jitter };
        handler.RetryDelays.Clear();
        foreach (var delay in options.RetryDelays)
            handler.RetryDelays.Add(delay);
        handler.ForTypes(Patterns);
        return new(Name, handler, HandlerInterest.OfForward(Patterns), work);
    }

    /// <summary>A wrong limit is a problem of the forward already, and is told once.</summary>
    private TimeSpan HandlerTimeout => Timeout > TimeSpan.Zero && Timeout <= LongestTimeout ? Timeout + Slack : Slack;

    private static IEnumerable<string> ProblemsOf(string subject, string shown, Uri? url, ClerkForwardOptions options, SigningSecrets? secrets, string? secretProblem)
    {
        if (url is null)
            yield return $"{subject}: \"{shown}\" is not an address. Write it like http://localhost:3000/api/webhooks/clerk, localhost:3000/api/webhooks/clerk, or 3000.";
        else if (url.UserInfo.Length > 0)
            yield return $"{subject}: the address of {url.Host} has a user name or password in it. Leave it out, and set the header Authorization.";
        if (secretProblem is not null)
            yield return $"{subject}: its secret is damaged. {secretProblem}";
        else if (secrets is { Count: 0 })
            yield return $"{subject}: its secret is empty. Leave it out to sign with the first signing secret.";
        if (options.Timeout <= TimeSpan.Zero || options.Timeout > LongestTimeout)
            yield return $"{subject}: Timeout is {options.Timeout}; it must be more than zero and at most {LongestTimeout}.";
        foreach (var problem in options.Headers.Select(h => ProblemOf(h.Key, h.Value)).OfType<string>())
            yield return $"{subject}: {problem}";
    }

    /// <summary>Names are told, values never.</summary>
    private static string? ProblemOf(string name, string? value)
    {
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal)))
            return $"\"{ForwardAddress.Shown(name)}\" is not the name of a header.";
        if (name.StartsWith("content-", StringComparison.OrdinalIgnoreCase) || Reserved.Contains(name, StringComparer.OrdinalIgnoreCase))
            return $"the header {name} cannot be set: it belongs to the signature, the body or the connection.";
        return value is null || value.Any(c => c is < ' ' and not '\t' or > '~')
            ? $"the value of header {name} holds characters that a header cannot have. Only ASCII letters, digits, signs and blanks are allowed."
            : null;
    }
}
