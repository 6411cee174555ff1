namespace ClerkSync.Cli;

/// <summary>A mistake or failure to tell the user about, made by <see cref="CliErrors"/> only: what was wrong, and what to do next.</summary>
internal sealed class CliException : Exception
{
    public CliException()
        : this("failed", "The command failed.", "Run it again with --help.")
    {
    }

    public CliException(string message)
        : this("failed", message, "Run it again with --help.")
    {
    }

    public CliException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public CliException(string code, string message, string next, int exitCode = ExitCodes.WrongUsage)
        : base(message)
    {
        Code = code;
        Next = next;
        ExitCode = exitCode;
    }

    /// <summary>A short name for programs, in snake case.</summary>
    public string Code { get; } = "failed";

    /// <summary>The next step, a sentence.</summary>
    public string Next { get; } = "";

    public int ExitCode { get; } = ExitCodes.WrongUsage;
}
