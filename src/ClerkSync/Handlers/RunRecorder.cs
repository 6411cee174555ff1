using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ClerkSync.Events;
using ClerkSync.Storage;

namespace ClerkSync.Handlers;

/// <summary>Makes runs, in the transaction that applies their message: from then on they cannot be lost.</summary>
internal sealed class RunRecorder(SqlDialect dialect, IReadOnlyList<(string Handler, HandlerInterest Interest)> handlers, RunSignal? signal = null)
{
    private readonly RunStatements _statements = new(dialect);

    public RunRecorder(SqlDialect dialect, HandlerCatalogue catalogue, RunSignal? signal = null)
        : this(dialect, [.. catalogue.All.Select(h => (h.Name, h.Interest))], signal)
    {
    }

    public RunBatch Begin(long now) => new(_statements, handlers, now);

    /// <summary>Whether any handler wants events of this type in particular.</summary>
    public bool IsNamed(string type) => handlers.Any(h => h.Interest.Names(type));

    /// <summary>Wakes the workers of this process, once the transaction is committed. Those of others look each second.</summary>
    public void Announce(RunBatch batch)
    {
        if (batch.Count > 0)
            signal?.Set();
    }

    /// <summary>
    /// The id of a run: one for each handler and event. The same event under two message ids, as two endpoints send it during a rotation of the secret, makes one run.
    /// </summary>
    public static string IdOf(string handler, RawEvent raw)
    {
        var document = Convert.ToHexStringLower(SHA256.HashData(raw.Document.Span));
        var text = string.Create(CultureInfo.InvariantCulture, $"{raw.InstanceId}\n{raw.Type}\n{raw.ObjectId}\n{raw.OccurredAt}\n{document}");
        return $"{handler} {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16))}";
    }
}

/// <summary>The runs that one transaction makes.</summary>
internal sealed class RunBatch(RunStatements statements, IReadOnlyList<(string Handler, HandlerInterest Interest)> handlers, long now)
{
    private readonly List<NewRun> _runs = [];

    public int Count => _runs.Count;

    /// <summary>Whether any handler wants events of this type in particular.</summary>
    public bool IsNamed(string type) => handlers.Any(h => h.Interest.Names(type));

    /// <summary>Makes a run for each handler that wants the event.</summary>
    /// <param name="raw">The event.</param>
    /// <param name="messageId">Its message.</param>
    /// <param name="isStale">Whether the mirror held something newer.</param>
    /// <param name="isApplied">Whether the mirror shows it.</param>
    /// <returns>Whether there is any.</returns>
    public bool Add(RawEvent raw, string messageId, bool isStale, bool isApplied)
    {
        var before = _runs.Count;
        foreach (var (handler, interest) in handlers)
        {
            if (interest.Includes(raw.Type))
                _runs.Add(NewRun.Of(handler, raw, messageId, isStale, isApplied));
        }

        return _runs.Count > before;
    }

    public IEnumerable<SqlStatement> Write() => _runs.Count == 0 ? [] : statements.Insert(_runs, now);
}

/// <summary>A run before it is stored.</summary>
internal sealed record NewRun(string Id, string Handler, string Line, string MessageId, string EventType, string? ObjectId, bool IsStale, bool IsApplied, bool IsReplay)
{
    /// <summary>An event about no object has a line of its own: nothing else has to wait for it.</summary>
    public static NewRun Of(string handler, RawEvent raw, string messageId, bool isStale, bool isApplied, bool isReplay = false) => new(
        RunRecorder.IdOf(handler, raw), handler, Handlers.Handler.LineOf(handler, raw.ObjectId ?? messageId), messageId, raw.Type, raw.ObjectId, isStale, isApplied, isReplay);

    /// <summary>A run that is stored, to be replayed.</summary>
    public static NewRun Again(StoredRun run, bool isApplied) => new(
        run.Id, run.Handler, run.Line, run.MessageId, run.EventType, run.ObjectId, run.IsStale, run.IsApplied || isApplied, IsReplay: true);
}
