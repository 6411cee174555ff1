using System.CommandLine;
using System.Globalization;
using ClerkSync.Cli.Reports;
using ClerkSync.Handlers;

namespace ClerkSync.Cli.Commands;

/// <summary><c>clerksync inbox discard</c>: removes runs of a handler that is gone, or that nobody wants any more.</summary>
internal sealed class InboxDiscardCommand : CommandWithExamples
{
    private readonly Option<string?> _handler = new("--handler") { Description = "The handler whose runs go. Required.", HelpName = "name" };

    private readonly Option<string?> _state = new("--state")
    {
        Description = $"Only runs in this state: {string.Join(", ", RunDiscard.States)}. Default: all of these, and the handler is forgotten.",
        HelpName = RunStates.Dead,
    };

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Says how many would go, and does nothing." };

    private readonly Option<string?> _database = DatabaseOpener.Flag();

    private readonly Option<bool> _json = new("--json") { Description = "One JSON object: handler, discarded (a number for each state), left_alone, forgotten, dry_run." };

    public InboxDiscardCommand(CliHost host)
        : base("discard", "Removes runs of a handler that did not succeed: the handler is gone for good, or nobody wants them any more.")
    {
        foreach (var option in (Option[])[_handler, _state, _dryRun, _database, _json])
            Add(option);
        SetAction((parsed, cancellationToken) => RunAsync(host, parsed, cancellationToken));
    }

    public override IReadOnlyList<(string Line, string Does)> Examples { get; } =
    [
        ("clerksync inbox discard --handler old-mail --dry-run", "How many runs a handler has left that is in no application any more."),
        ("clerksync inbox discard --handler old-mail", "Removes them, and forgets the handler."),
        ("clerksync inbox discard --handler welcome-email --state dead", "Only what it gave up. The rest goes on."),
    ];

    private Task<int> RunAsync(CliHost host, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_handler) is not { } handler)
            throw CliErrors.NothingToDiscard();
        var state = InboxCommand.CheckedState(parsed.GetValue(_state), RunDiscard.States, " that can be discarded");
        var (json, dryRun) = (parsed.GetValue(_json), parsed.GetValue(_dryRun));
        return new DatabaseOpener(host).UseAsync(
            parsed.GetValue(_database),
            dryRun ? DatabaseUse.Read : DatabaseUse.Change,
            async opened =>
            {
                await InboxCommand.KnownHandlersAsync(opened, handler, host.Time, cancellationToken);
                var discard = new RunDiscard(opened.Database);
                var discarded = dryRun
                    ? await discard.CountAsync(handler, state, cancellationToken)
                    : await Waiting.ForAsync(host, json, "Discarding", () => discard.DiscardAsync(handler, state, cancellationToken), cancellationToken);
                if (json)
                    WriteJson(host, handler, discarded, dryRun);
                else
                    Write(host, handler, discarded, dryRun);
                return ExitCodes.Done;
            },
            cancellationToken);
    }

    private static void Write(CliHost host, string handler, DiscardedRuns discarded, bool dryRun)
    {
        var states = RunDiscard.States.Where(discarded.ByState.ContainsKey).Select(s => string.Create(CultureInfo.InvariantCulture, $"{discarded.ByState[s]} {s}")).ToArray();
        var count = string.Create(CultureInfo.InvariantCulture, $"{discarded.Count} {(discarded.Count == 1 ? "run" : "runs")}");
        host.Out.WriteLine($"{count}{(states.Length == 0 ? "" : $" ({string.Join(", ", states)})")} {(dryRun ? "would be " : "")}discarded");
        if (discarded.Busy > 0)
            host.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{discarded.Busy} left alone: a server is working on that just now, or died in the middle. Stop it, or repeat this a minute later."));
        if (discarded.IsForgotten)
            host.Error.WriteLine($"Handler {PlainText.Line(handler)} {(dryRun ? "would be" : "is")} forgotten; an application that has it makes it known again when it starts.");
        if (dryRun)
            host.Error.WriteLine("Nothing was done.");
    }

    private static void WriteJson(CliHost host, string handler, DiscardedRuns discarded, bool dryRun) => host.Out.WriteLine(JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("handler", handler);
        writer.WriteStartObject("discarded");
        foreach (var state in RunDiscard.States)
            writer.WriteNumber(state, discarded.ByState.GetValueOrDefault(state));
        writer.WriteEndObject();
        writer.WriteNumber("left_alone", discarded.Busy);
        writer.WriteBoolean("forgotten", discarded.IsForgotten);
        writer.WriteBoolean("dry_run", dryRun);
        writer.WriteEndObject();
    }));
}
