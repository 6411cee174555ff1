using System.CommandLine;
using ClerkSync.Cli.Reports;
using ClerkSync.Handlers;
using ClerkSync.Inbox;
using ClerkSync.Receiving;
using ClerkSync.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Spectre.Console;

namespace ClerkSync.Cli.Commands;

/// <summary><c>clerksync inbox replay</c>: applies stored messages again, or has handlers handle them again.</summary>
internal sealed class InboxReplayCommand : CommandWithExamples
{
    private const int PageSize = 1000;

    private readonly Argument<string[]> _ids = new("id") { Description = "Ids of messages, which are their svix-ids: msg_…", Arity = ArgumentArity.ZeroOrMore };

    private readonly Option<string?> _result = new("--result")
    {
        Description = $"Instead of ids: all messages of which became this ({string.Join(", ", InboxCommand.WithoutEffect)}), in the order of arrival.",
        HelpName = "dead",
    };

    private readonly Option<string?> _handler = new("--handler") { Description = "Does not apply: has this handler handle the events again, or for the first time.", HelpName = "name" };

    private readonly Option<string?> _state = new("--state") { Description = "Instead of ids: all dead runs, of all handlers or of the one that --handler names.", HelpName = RunStates.Dead };

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Lists what would be replayed, and does nothing." };

    private readonly Option<string?> _database = DatabaseOpener.Flag();

    private readonly Option<bool> _json = new("--json") { Description = "One JSON object per message on standard output: id, event_type, before, result, why; for handlers handler and state instead of result." };

    public InboxReplayCommand(CliHost host)
        : base("replay", "Applies stored messages again, or with --handler or --state has handlers handle them again.")
    {
        Add(_ids);
        foreach (var option in (Option[])[_result, _handler, _state, _dryRun, _database, _json])
            Add(option);
        SetAction((parsed, cancellationToken) => RunAsync(host, parsed, cancellationToken));
    }

    public override IReadOnlyList<(string Line, string Does)> Examples { get; } =
    [
        ("clerksync inbox replay msg_2abc msg_2abd", "Two messages."),
        ("clerksync inbox replay --result dead", "All that was given up, once the cause is repaired."),
        ("clerksync inbox replay msg_2abc --handler welcome-email", "Has one handler handle an event again, or an event that is older than the handler."),
        ("clerksync inbox replay --state dead --handler welcome-email", "All that it gave up, once the cause is repaired. Without --handler: of all handlers."),
        ("clerksync inbox replay --result ignored --dry-run", "What would be applied, for example after CLERK_INSTANCE_ID was corrected."),
    ];

    private Task<int> RunAsync(CliHost host, ParseResult parsed, CancellationToken cancellationToken)
    {
        var ids = parsed.GetValue(_ids) ?? [];
        if (ids.FirstOrDefault(id => id.StartsWith('-')) is { } unknown)
            throw CliErrors.UnknownWord(PlainText.Line(unknown), "clerksync inbox replay", "option", Options.Select(option => option.Name));
        var result = InboxCommand.CheckedResult(parsed.GetValue(_result), InboxCommand.WithoutEffect);
        var state = InboxCommand.CheckedState(parsed.GetValue(_state), [RunStates.Dead], " that can be replayed");
        var handler = parsed.GetValue(_handler);
        RequireOneThing(ids, result, state, handler);

        var (json, dryRun) = (parsed.GetValue(_json), parsed.GetValue(_dryRun));
        if ((state ?? handler) is not null)
            return ReplayRunsAsync(host, parsed.GetValue(_database), ids, handler, json, dryRun, cancellationToken);
        return new DatabaseOpener(host).UseAsync(
            parsed.GetValue(_database),
            dryRun ? DatabaseUse.Read : DatabaseUse.Change,
            async opened =>
            {
                var inbox = new InboxReader(opened.Database);
                var (found, missing) = result is null ? await FindAsync(inbox, ids, cancellationToken) : (await FindAsync(inbox, result, cancellationToken), []);
                var report = new ReplayReport(host, json, dryRun);
                if (dryRun)
                    report.Plan(found);
                else
                    await ReplayAllAsync(host, opened, inbox, found, report, cancellationToken);
                foreach (var id in missing)
                    report.AddMissing(id);
                return report.End();
            },
            cancellationToken);
    }

    private static void RequireOneThing(string[] ids, string? result, string? state, string? handler)
    {
        if (result is not null && (state ?? handler) is not null)
            throw CliErrors.RunsOrMessages(state is null ? "--handler" : "--state");
        if (ids.Length > 0 && result is not null)
            throw CliErrors.IdsAndResult();
        if (ids.Length > 0 && state is not null)
            throw CliErrors.IdsAndState();
        if (ids.Length == 0 && (result ?? state) is null)
            throw handler is null ? CliErrors.NothingToReplay() : CliErrors.HandlerAlone();
    }

    private static Task<int> ReplayRunsAsync(CliHost host, string? address, string[] ids, string? handler, bool json, bool dryRun, CancellationToken cancellationToken) =>
        new DatabaseOpener(host).UseAsync(
            address,
            dryRun ? DatabaseUse.Read : DatabaseUse.Change,
            async opened =>
            {
                var interests = await InboxCommand.KnownHandlersAsync(opened, handler, host.Time, cancellationToken);
                var report = new RunReplayReport(host, json, dryRun);
                var replayer = new RunReplayer(opened, interests, report, dryRun, host.Time);
                if (ids.Length > 0)
                    await replayer.ReplayAsync(ids, handler!, cancellationToken);
                else
                    await replayer.ReplayDeadAsync(handler, cancellationToken);
                return report.End();
            },
            cancellationToken);

    private static async Task<(List<StoredMessage> Found, List<string> Missing)> FindAsync(InboxReader inbox, string[] ids, CancellationToken cancellationToken)
    {
        var (found, missing) = (new List<StoredMessage>(), new List<string>());
        foreach (var id in ids.Distinct(StringComparer.Ordinal))
        {
            if (await inbox.FindAsync(id, cancellationToken) is { } message)
                found.Add(message);
            else
                missing.Add(id);
        }

        return (found, missing);
    }

    private static async Task<List<StoredMessage>> FindAsync(InboxReader inbox, string result, CancellationToken cancellationToken)
    {
        var found = new List<StoredMessage>();
        while (true)
        {
            var page = await inbox.ListAsync(new InboxFilter { Result = result, After = found.Count == 0 ? null : found[^1].Sequence, OldestFirst = true, Limit = PageSize }, cancellationToken);
            found.AddRange(page);
            if (page.Count < PageSize)
                return found;
        }
    }

    private static async Task ReplayAllAsync(
        CliHost host, OpenDatabase opened, InboxReader inbox, List<StoredMessage> messages, ReplayReport report, CancellationToken cancellationToken)
    {
        // Which instance counts is for deliveries to decide: a replayed sample must not.
        opened.Options.Receiving.LearnInstance = false;
        var handlers = await new HandlerRegistry(opened.Database, host.Time).ReadAsync(cancellationToken);
        var applier = new MessageApplier(opened.Database, opened.Options.Receiving, new RunRecorder(opened.Database.Dialect, handlers), PayloadSeal.None, host.Time, new(opened.Database, [], new()));
        var deferred = new DeferredMessages(opened.Database, applier, host.Time, NullLogger<DeferredMessages>.Instance);
        var started = host.Time.GetTimestamp();
        var index = 0;

        async Task ReplayNextAsync()
        {
            var before = messages[index++];
            var outcome = await deferred.ReplayAsync(before.Id, cancellationToken);
            // the row knows whether a message that failed again is tried once more or given up
            var after = await inbox.FindAsync(before.Id, cancellationToken);
            report.Add(before, outcome is null ? null : after);
        }

        while (index < messages.Count && (!report.MayShowProgress || host.Time.GetElapsedTime(started) < TimeSpan.FromSeconds(1)))
            await ReplayNextAsync();
        if (index == messages.Count)
            return;

        await host.Screen.Progress().AutoClear(true).StartAsync(async progress =>
        {
            var bar = progress.AddTask("Replaying", maxValue: messages.Count);
            while (index < messages.Count)
            {
                bar.Value = index;
                await ReplayNextAsync();
            }
        });
    }
}
