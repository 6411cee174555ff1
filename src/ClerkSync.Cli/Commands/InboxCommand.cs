using System.CommandLine;
using ClerkSync.Inbox;

namespace ClerkSync.Cli.Commands;

/// <summary><c>clerksync inbox</c>: the stored messages.</summary>
internal sealed class InboxCommand : Command
{
    public InboxCommand(CliHost host)
        : base("inbox", "Shows the stored messages, and applies them again.")
    {
        Add(new InboxListCommand(host));
        Add(new InboxShowCommand(host));
        Add(new InboxReplayCommand(host));
        Add(new InboxTailCommand(host));
    }

    public static Option<string?> TypeFilter() => new("--type") { Description = "Only events of this type.", HelpName = "user.created" };

    /// <summary>The value of <c>--result</c>, if it is one of those.</summary>
    /// <exception cref="CliException">There is no such result.</exception>
    public static string? CheckedResult(string? result, IReadOnlyList<string> known) =>
        result is null || known.Contains(result, StringComparer.Ordinal) ? result : throw CliErrors.UnknownResult(result, known);

    /// <summary>Results of messages that had no effect, and can have one when they are applied again.</summary>
    public static IReadOnlyList<string> WithoutEffect { get; } = [.. InboxResults.All.Where(result => !InboxResults.IsFinal(result))];
}
