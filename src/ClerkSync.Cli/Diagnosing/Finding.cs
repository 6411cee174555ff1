namespace ClerkSync.Cli.Diagnosing;

/// <summary>How a check ended.</summary>
internal enum CheckStatus
{
    Pass,

    /// <summary>It may be on purpose, or could not be looked at. The exit code stays 0.</summary>
    Warn,

    Fail,
}

/// <summary>What a check found: no secret, no payload, no query of an address.</summary>
/// <param name="Name">The check's name.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Message">What is so, a sentence.</param>
internal sealed record Finding(string Name, CheckStatus Status, string Message)
{
    /// <summary>The code of what was not looked at because something else is in the way.</summary>
    public const string NotChecked = "not_checked";

    /// <summary>The cause in snake case, for programs; null for a pass.</summary>
    public string? Code { get; init; }

    /// <summary>What else was seen; null for nothing.</summary>
    public string? Detail { get; init; }

    /// <summary>What to do; null for nothing.</summary>
    public string? Remedy { get; init; }
}
