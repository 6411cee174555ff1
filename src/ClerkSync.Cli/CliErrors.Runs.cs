namespace ClerkSync.Cli;

/// <summary>Mistakes and failures of commands that replay messages, or work on runs.</summary>
internal static partial class CliErrors
{
    // What to list or replay

    public static CliException NothingToReplay() =>
        new("nothing_to_replay", "There is no message to replay.", "Name ids ('clerksync inbox replay msg_…'), or all of a kind with --result dead; for handlers with --state dead.");

    public static CliException IdsAndResult() =>
        new("wrong_arguments", "Ids and --result are given; what to replay is either.", "Give ids, or --result.");

    public static CliException IdsAndState() =>
        new("wrong_arguments", "Ids and --state are given; what to replay is either.", "Give ids with --handler, or --state dead.");

    public static CliException RunsOrMessages(string option) =>
        new("wrong_arguments", $"{option} is about runs of handlers, and --result about messages.", $"Give --result, or {option}.");

    public static CliException HandlerAlone() =>
        new("nothing_to_replay", "--handler says who is to handle, but not what.", "Name ids ('clerksync inbox replay msg_… --handler mail'), or all dead runs of it with --state dead.");

    public static CliException UnknownState(string state, IReadOnlyList<string> known, string which) =>
        new("unknown_state", $"--state '{PlainText.Line(state)}' is no state of a run{which}.", Nearest(state, known, $"Known {(known.Count == 1 ? "is" : "are")}: {string.Join(", ", known)}."));

    public static CliException UnknownHandler(string handler, IReadOnlyCollection<string> known) =>
        new(
            "unknown_handler",
            $"--handler '{PlainText.Line(handler)}': no server with such a handler has ever started on this database.",
            Nearest(handler, known.Select(PlainText.Line), known.Count == 0 ? "There are no handlers yet; each is known once its application has started." : $"Known are: {string.Join(", ", known.Select(PlainText.Line).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))}."),
            ExitCodes.Failed);

    public static CliException NothingToDiscard() =>
        new("nothing_to_discard", "--handler is missing: whose runs are to be discarded?", "Name one handler: 'clerksync inbox discard --handler mail'. 'clerksync status' names those that have open or dead runs.");

    // Why a message is not handled again

    public static CliException NotTaken(string handler, string type) =>
        new("type_not_taken", $"Handler \"{PlainText.Line(handler)}\" does not take {PlainText.Line(type)}.", "Choose another handler, or change its ForTypes or class and start the application.", ExitCodes.Failed);

    public static CliException NothingToHandle(string id, string result) =>
        new("not_applied", $"{PlainText.Line(id)} is {result}, so there is nothing to handle.", $"Apply it first: clerksync inbox replay {PlainText.Line(id)}. Its handlers then run by themselves.", ExitCodes.Failed);

    public static CliException StillDeferred(string id) =>
        new("not_applied", $"{PlainText.Line(id)} still waits to be applied.", "Its handlers run by themselves once it is, or when it is given up.", ExitCodes.Failed);
}
