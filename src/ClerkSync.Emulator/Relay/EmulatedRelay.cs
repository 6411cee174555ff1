using ClerkSync.Emulator.Relay;

namespace ClerkSync.Emulator;

/// <summary>
/// A relay as it stands behind Clerk's inboxes: a request to the inbox of a token goes over a WebSocket to the client that listens with that token, and its
/// answer comes back. Without a client, or when the client goes without an answer, the inbox answers 502. Safe for use from several threads.
/// </summary>
public sealed class EmulatedRelay
{
    private readonly Func<Uri> _url;

    internal EmulatedRelay(Func<Uri> url, TimeProvider time)
    {
        _url = url;
        Server = new(this, time);
        Clear();
    }

    /// <summary>How often the relay pings its clients; null for never. It counts for connections that are made from then on: 20 seconds.</summary>
    public TimeSpan? PingInterval { get; set; }

    /// <summary>How long the inbox waits for the client's answer before it answers 504: 30 seconds.</summary>
    public TimeSpan AnswerPatience { get; set; }

    /// <summary>How long a client waits for its WebSocket: none.</summary>
    public TimeSpan AcceptDelay { get; set; }

    /// <summary>The HTTP status with which clients are turned away; null for none.</summary>
    public int? RefuseWith { get; set; }

    /// <summary>Whether the relay leaves out its frame <c>start</c>.</summary>
    public bool WithholdsStart { get; set; }

    /// <summary>Whether connections stand but nothing passes in either direction, as after a router has lost them.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Whether the inbox answers 502 when the client's answer has a header that belongs to a connection or an encoding.</summary>
    public bool IsStrict { get; set; }

    /// <summary>Whether a request that has no answer when its client is lost waits for the next client of the token, instead of getting 502.</summary>
    public bool KeepsUnanswered { get; set; }

    /// <summary>The tokens with which clients listen.</summary>
    public IReadOnlyList<string> Tokens => Server.Tokens;

    internal RelayServer Server { get; }

    /// <summary>The inbox of a token: what would be added as an endpoint in Clerk's Dashboard.</summary>
    /// <param name="token">The token.</param>
    /// <returns>Its address.</returns>
    public Uri InboxOf(string token) => new(_url(), $"/in/{token}/");

    /// <summary>Waits until a client listens.</summary>
    /// <param name="token">Its token; null for any.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A task that ends when it does.</returns>
    public Task WhenListeningAsync(string? token = null, CancellationToken cancellationToken = default) =>
        Server.WhenAsync(() => token is null ? Tokens.Count > 0 : Tokens.Contains(token, StringComparer.Ordinal), cancellationToken);

    /// <summary>Lets something go wrong with the next request.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="times">With how many requests.</param>
    public void Next(RelayFault fault, int times = 1) => Server.Frames.Next(fault, times);

    /// <summary>Closes connections in order.</summary>
    /// <param name="code">The close code, 1000 to 4999.</param>
    /// <param name="reason">The text with it; null for none.</param>
    /// <param name="token">Only that of this token; null for all.</param>
    public void Close(int code, string? reason = null, string? token = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(code, 1000);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(code, 4999);
        Server.ForEach(token, listener => listener.Close(code, reason));
    }

    /// <summary>Cuts connections without a word, which clients see as code 1006.</summary>
    /// <param name="token">Only that of this token; null for all.</param>
    public void Drop(string? token = null) => Server.ForEach(token, listener => listener.Drop());

    /// <summary>Nothing goes wrong any more. Connections stay.</summary>
    public void Clear()
    {
        PingInterval = TimeSpan.FromSeconds(20);
        AnswerPatience = TimeSpan.FromSeconds(30);
        AcceptDelay = TimeSpan.Zero;
        RefuseWith = null;
        WithholdsStart = false;
        IsSilent = false;
        IsStrict = false;
        KeepsUnanswered = false;
        Server.Frames.Clear();
    }
}
