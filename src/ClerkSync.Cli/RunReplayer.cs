using ClerkSync.Cli.Reports;
using ClerkSync.Events;
using ClerkSync.Handlers;
using ClerkSync.Inbox;

namespace ClerkSync.Cli;

/// <summary>Has handlers handle stored messages again: checks what can be, and makes those runs due. A server works on them.</summary>
internal sealed class RunReplayer(OpenDatabase opened, IReadOnlyDictionary<string, HandlerInterest> interests, RunReplayReport report, bool isDryRun, TimeProvider clock)
{
    /// <summary>Runs of one transaction, and of one page: a million dead ones are never in memory together.</summary>
    private const int PageSize = 500;

    private readonly InboxReader _inbox = new(opened.Database);
    private readonly RunReader _runs = new(opened.Database);
    private readonly RunReplay _replay = new(opened.Database, clock);

    /// <summary>Has one handler handle these messages, whether or not it ever did.</summary>
    public async Task ReplayAsync(IEnumerable<string> ids, string handler, CancellationToken cancellationToken)
    {
        foreach (var id in ids.Distinct(StringComparer.Ordinal))
        {
            if (await _inbox.FindAsync(id, cancellationToken) is not { } message)
                report.AddFailure(id, null, handler, null, CliErrors.NoSuchMessage(id));
            else if ((WhyNothingToHandle(message) ?? WhyRefused(message, handler, message.EventType!)) is { } error)
                report.AddFailure(id, message.EventType, handler, null, error);
            else if (await RunOfAsync(message, handler, cancellationToken) is { } run)
                await ReplayAsync([run], cancellationToken);
            else
                report.AddFailure(id, message.EventType, handler, null, Erased(message));
        }
    }

    /// <summary>Replays all dead runs, of one handler or of all, oldest first.</summary>
    public async Task ReplayDeadAsync(string? handler, CancellationToken cancellationToken)
    {
        var filter = new RunFilter { State = RunStates.Dead, Handler = handler, OldestFirst = true, Limit = PageSize };
        while (true)
        {
            var page = await _runs.ListAsync(filter, cancellationToken);
            var messages = await _inbox.FindAllAsync(page.Select(r => r.MessageId).Distinct(StringComparer.Ordinal), cancellationToken);
            var possible = new List<NewRun>(page.Count);
            foreach (var run in page)
            {
                var error = messages.TryGetValue(run.MessageId, out var message) ? WhyRefused(message, run.Handler, run.EventType) : CliErrors.NoSuchMessage(run.MessageId);
                if (error is null)
                    possible.Add(NewRun.Again(run, IsApplied(message!)));
                else
                    report.AddFailure(run.MessageId, run.EventType, run.Handler, run.State, error);
            }

            await ReplayAsync(possible, cancellationToken);
            if (page.Count < PageSize)
                return;
            filter = filter with { After = page[^1].Sequence };
        }
    }

    private async Task ReplayAsync(List<NewRun> runs, CancellationToken cancellationToken)
    {
        if (runs.Count == 0)
            return;
        var before = isDryRun ? await _replay.FindAsync(runs, cancellationToken) : await _replay.ReplayAsync(runs, cancellationToken);
        for (var i = 0; i < runs.Count; i++)
            report.Add(runs[i], before[i]);
    }

    /// <summary>The run that there is, else a new one; null when the payload has gone meanwhile.</summary>
    private async Task<NewRun?> RunOfAsync(StoredMessage message, string handler, CancellationToken cancellationToken)
    {
        if (await _runs.ListAsync(new() { MessageId = message.Id, Handler = handler, Limit = 1 }, cancellationToken) is [var run])
            return NewRun.Again(run, IsApplied(message));
        return await _inbox.PayloadAsync(message.Id, cancellationToken) is { } payload && RawEventReader.Read(payload).Event is { } raw
            ? NewRun.Of(handler, raw, message.Id, isStale: message.Result is InboxResults.Stale or InboxResults.Deleted, IsApplied(message), isReplay: true)
            : null;
    }

    private static bool IsApplied(StoredMessage message) => InboxResults.IsFinal(message.Result);

    /// <summary>A message that was given up has been handed to its handlers; one that was never an event of this instance, or still waits, has not.</summary>
    private static CliException? WhyNothingToHandle(StoredMessage message) => message.Result switch
    {
        InboxResults.Ignored or InboxResults.Unreadable => CliErrors.NothingToHandle(message.Id, message.Result),
        InboxResults.Deferred => CliErrors.StillDeferred(message.Id),
        _ => null,
    };

    private CliException? WhyRefused(StoredMessage message, string handler, string type)
    {
        if (message.PayloadBytes is null)
            return Erased(message);
        return interests.TryGetValue(handler, out var interest) && !interest.Includes(type) ? CliErrors.NotTaken(handler, type) : null;
    }

    private static CliException Erased(StoredMessage message) => CliErrors.PayloadErased(message.Id, message.ErasedAt is { } when ? Moments.Short(when) : null);
}
