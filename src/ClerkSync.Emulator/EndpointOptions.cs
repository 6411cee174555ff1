namespace ClerkSync.Emulator;

/// <summary>How messages are delivered to an endpoint.</summary>
public sealed record EndpointOptions
{
    /// <summary>
    /// The signing secret, or several separated by spaces or commas, as during a rotation: each signs. Null for
    /// <see cref="ClerkEmulator.SigningSecret"/>.
    /// </summary>
    public string? Secrets { get; init; }

    /// <summary>The event types that the endpoint is subscribed to; null for all.</summary>
    public IReadOnlyCollection<string>? EventTypes { get; init; }

    /// <summary>Through what requests are sent, for example the handler of a test server; null for a connection of their own. It stays with the caller.</summary>
    public HttpMessageHandler? Handler { get; init; }
}
