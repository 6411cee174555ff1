namespace ClerkSync.Events;

/// <summary>What caused the event.</summary>
public sealed record EventAttributes : ClerkObject
{
    /// <summary>The request that caused it.</summary>
    public EventHttpRequest? HttpRequest { get; set; }
}

/// <summary>The request that caused an event: personal data.</summary>
public sealed record EventHttpRequest : ClerkObject
{
    /// <summary>IPv4 or IPv6 address of the caller; an empty string for changes made through the Backend API.</summary>
    public string? ClientIp { get; set; }

    /// <summary>Browser or SDK of the caller; may be an empty string.</summary>
    public string? UserAgent { get; set; }
}
