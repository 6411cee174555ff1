using ClerkSync.Emulator.Deliveries;
using ClerkSync.Signing;

namespace ClerkSync.Emulator;

/// <summary>A webhook endpoint, as set up in Clerk's Dashboard.</summary>
public sealed class EmulatedEndpoint
{
    private readonly Dispatcher _dispatcher;
    private readonly List<EmulatedAttempt> _attempts = [];
    private readonly HashSet<string> _delivered = new(StringComparer.Ordinal);
    private readonly HashSet<string> _attempted = new(StringComparer.Ordinal);
    private SigningSecrets _secrets;
    private volatile bool _isEnabled = true;

    internal EmulatedEndpoint(Dispatcher dispatcher, string id, Uri url, SigningSecrets secrets, EndpointOptions options)
    {
        _dispatcher = dispatcher;
        _secrets = secrets;
        Id = id;
        Url = url;
        Options = options;
        Invoker = new(options.Handler ?? Dispatcher.Connections, disposeHandler: false);
    }

    /// <summary>Its id, <c>ep_…</c>.</summary>
    public string Id { get; }

    /// <summary>Where deliveries go.</summary>
    public Uri Url { get; }

    /// <summary>Whether it receives anything. What happens while it is disabled is not delivered later by itself: see <see cref="SendMissing"/>.</summary>
    public bool IsEnabled
    {
        get => _isEnabled;
        set => _isEnabled = value;
    }

    /// <summary>All attempts, in the order in which they ended.</summary>
    public IReadOnlyList<EmulatedAttempt> Attempts => _dispatcher.Locked(() => _attempts.ToArray());

    internal EndpointOptions Options { get; }

    internal SigningSecrets Secrets => _secrets;

    internal HttpMessageInvoker Invoker { get; }

    /// <summary>Signs with other secrets from now on.</summary>
    /// <param name="secrets">One secret, or several separated by spaces or commas.</param>
    /// <exception cref="FormatException">One of them is no signing secret.</exception>
    public void Rotate(string secrets) => _secrets = SigningSecrets.Parse(secrets);

    /// <summary>Delivers one message once more. When it fails it is not tried again.</summary>
    /// <param name="messageId">The message.</param>
    /// <exception cref="ClerkEmulatorException">There is no such message.</exception>
    public void Resend(string messageId) => _dispatcher.Resend(this, m => m.Id == messageId ? true : null);

    /// <summary>Delivers every message once more that was attempted and never arrived.</summary>
    /// <param name="since">The earliest message; null for all.</param>
    public void Recover(DateTimeOffset? since = null) =>
        _dispatcher.Resend(this, m => m.CreatedAt >= (since ?? DateTimeOffset.MinValue) && _attempted.Contains(m.Id) && !_delivered.Contains(m.Id));

    /// <summary>Delivers every message that was never attempted, because the endpoint was disabled or because it got lost.</summary>
    /// <param name="since">The earliest message; null for all.</param>
    public void SendMissing(DateTimeOffset? since = null) =>
        _dispatcher.Resend(this, m => m.CreatedAt >= (since ?? DateTimeOffset.MinValue) && Wants(m.Type) && !_attempted.Contains(m.Id));

    internal bool Wants(string eventType) => Options.EventTypes is null || Options.EventTypes.Contains(eventType, StringComparer.Ordinal);

    internal int CountAttempts(string messageId) => _attempts.Count(a => a.MessageId == messageId);

    internal void Note(EmulatedAttempt attempt)
    {
        _attempts.Add(attempt);
        _attempted.Add(attempt.MessageId);
        if (attempt.IsSuccess)
            _delivered.Add(attempt.MessageId);
    }

    internal void Forget()
    {
        _attempts.Clear();
        _attempted.Clear();
        _delivered.Clear();
    }
}
