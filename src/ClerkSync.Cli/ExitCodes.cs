namespace ClerkSync.Cli;

/// <summary>What the shell sees. Scripts rely on these numbers; docs/command-line.md lists them.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>The command was understood and did not succeed: a refused delivery, an invalid signature, a missing file.</summary>
    public const int Failed = 1;

    /// <summary>The command line or the configuration has to be changed first.</summary>
    public const int WrongUsage = 2;

    /// <summary>Ended by Ctrl+C: 128 + SIGINT, as shells count.</summary>
    public const int Interrupted = 130;
}
