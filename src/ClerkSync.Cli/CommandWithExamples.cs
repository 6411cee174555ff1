using System.CommandLine;

namespace ClerkSync.Cli;

/// <summary>A command whose help ends with lines to copy.</summary>
internal abstract class CommandWithExamples(string name, string description) : Command(name, description)
{
    /// <summary>Command lines, each with what it does.</summary>
    public abstract IReadOnlyList<(string Line, string Does)> Examples { get; }
}
