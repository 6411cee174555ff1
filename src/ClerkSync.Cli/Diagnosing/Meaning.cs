namespace ClerkSync.Cli.Diagnosing;

/// <summary>Who answered and why, in words.</summary>
/// <param name="Status">Whether a delivery of Clerk would have arrived.</param>
/// <param name="Code">The cause, for programs; null where all is well.</param>
/// <param name="Message">Who answered, and what it means.</param>
/// <param name="Remedy">What to do.</param>
internal sealed record Meaning(CheckStatus Status, string? Code, string Message, string? Remedy)
{
    public static Meaning Fail(string code, string message, string remedy) => new(CheckStatus.Fail, code, message, remedy);

    public static Meaning Warn(string code, string message, string remedy) => new(CheckStatus.Warn, code, message, remedy);

    public static Meaning Pass(string message) => new(CheckStatus.Pass, null, message, null);

    /// <summary>What an answer to a signed probe means.</summary>
    public static Meaning Of(ProbeAnswer answer) =>
        NoAnswers.Read(answer) ?? Tunnels.Read(answer) ?? Redirects.Read(answer) ?? Walls.Read(answer) ?? Refusals.Read(answer) ?? Successes.Read(answer);
}
