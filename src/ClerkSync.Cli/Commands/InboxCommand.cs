using System.CommandLine;
using ClerkSync.Handlers;
using ClerkSync.Inbox;

namespace ClerkSync.Cli.Commands;

/// <summary><c>clerksync inbox</c>: the stored messages.</summary>
internal sealed class InboxCommand : Command
{
    public InboxCommand(CliHost host)
        : base("inbox", "Shows the stored messages and their runs, applies or handles them again, and discards runs.")
    {
        Add(new InboxListCommand(host));
        Add(new InboxShowCommand(host));
        Add(new InboxReplayCommand(host));
        Add(new InboxDiscardCommand(host));
        Add(new InboxTailCommand(host));
    }

    public static Option<string?> TypeFilter() => new("--type") { Description = "Only events of this type.", HelpName = "user.created" };

    /// <summary>The value of <c>--result</c>, if it is one of those.</summary>
    /// <exception cref="CliException">There is no such result.</exception>
    public static string? CheckedResult(string? result, IReadOnlyList<string> known) =>
        result is null || known.Contains(result, StringComparer.Ordinal) ? result : throw CliErrors.UnknownResult(result, known);

    /// <summary>The value of <c>--state</c>, if it is one of those.</summary>
    /// <param name="state">The value.</param>
    /// <param name="known">The states.</param>
    /// <param name="which">Which runs have them, as the end of a sentence: <c> that can be replayed</c>.</param>
    /// <exception cref="CliException">There is no such state.</exception>
    public static string? CheckedState(string? state, IReadOnlyList<string> known, string which = "") =>
        state is null || known.Contains(state, StringComparer.Ordinal) ? state : throw CliErrors.UnknownState(state, known, which);

    /// <summary>The handlers that the database knows, if the named one is among them.</summary>
    /// <exception cref="CliException">There is no such handler.</exception>
    public static async Task<IReadOnlyDictionary<string, HandlerInterest>> KnownHandlersAsync(OpenDatabase opened, string? handler, TimeProvider clock, CancellationToken cancellationToken)
    {
        var known = await new HandlerRegistry(opened.Database, clock).ReadAsync(cancellationToken);
        var interests = known.ToDictionary(k => k.Handler, k => k.Interest, StringComparer.Ordinal);
        if (handler is null || interests.ContainsKey(handler))
            return interests;
        var others = await new RunReader(opened.Database).HandlersAsync(handler, cancellationToken);
        return others.Contains(handler, StringComparer.Ordinal) ? interests : throw CliErrors.UnknownHandler(handler, [.. interests.Keys, .. others]);
    }

    /// <summary>Results of messages that had no effect, and can have one when they are applied again.</summary>
    public static IReadOnlyList<string> WithoutEffect { get; } = [.. InboxResults.All.Where(result => !InboxResults.IsFinal(result))];
}
