using ClerkSync.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Handlers;

/// <summary>Makes one attempt of a claimed run, and has its result written.</summary>
internal sealed partial class RunWorker(
    HandlerLines lines, RunCompletions completions, IServiceScopeFactory scopes, PayloadSeal seal, HandlersOptions options, TimeProvider clock, ILogger logger)
{
    /// <summary>Longest error text that is kept.</summary>
    private const int LongestError = 1000;

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    public async Task WorkAsync(Handler handler, ClaimedRun run, CancellationToken stopping)
    {
        var outcome = WhyImpossible(handler, run) is { } why
            ? new() { Run = run, State = RunStates.Dead, EndedAt = Now, Error = why }
            : await AttemptAsync(handler, run, stopping).ConfigureAwait(false);
        if (outcome is null)
            return;
        if (!await completions.WriteAsync(outcome).ConfigureAwait(false))
        {
            LogLeaseLost(logger, handler.Name, run.MessageId);
            return;
        }

        Log(handler, outcome);
        options.AttemptEnded?.Invoke(outcome);
    }

    private static string? WhyImpossible(Handler handler, ClaimedRun run)
    {
        if (run.Payload is null)
            return "The message's payload is not kept any more.";
        return run.Attempts > handler.Options.RetryDelays.Count + 1 ? "The process died or stalled in the last attempt." : null;
    }

    /// <summary>Calls the handler.</summary>
    /// <returns>What came of it; null when it is written already, together with the handler's own work.</returns>
    private async Task<RunOutcome?> AttemptAsync(Handler handler, ClaimedRun run, CancellationToken stopping)
    {
        var scope = scopes.CreateAsyncScope();
        try
        {
            return await AttemptAsync(handler, run, scope.ServiceProvider, stopping).ConfigureAwait(false);
        }
        finally
        {
            await DisposeAsync(scope, handler, run).ConfigureAwait(false);
        }
    }

    private async Task<RunOutcome?> AttemptAsync(Handler handler, ClaimedRun run, IServiceProvider services, CancellationToken stopping)
    {
        using var timeout = new CancellationTokenSource(handler.Options.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        try
        {
            // On a thread of its own until it waits for something: it may block, and others have to be claimed meanwhile.
            // A handler that does not listen to its token is left behind: its place and its line are needed.
            var answer = await Task.Run(() => CallAsync(handler, new(run, BodyOf(handler, run), services), either.Token), CancellationToken.None)
                .WaitAsync(handler.Options.Timeout + options.Lease, clock, CancellationToken.None).ConfigureAwait(false);
            return answer.IsWritten ? null : new() { Run = run, State = RunStates.Succeeded, EndedAt = Now, Answer = answer.Answer };
        }
        catch (LeaseLostException)
        {
            LogLeaseLost(logger, handler.Name, run.MessageId);
            return null;
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // Whatever a driver makes of a cancellation: the attempt did not have its time.
            return new()
            {
                Run = run,
                State = run.Attempts > 1 ? RunStates.Retrying : RunStates.Pending,
                EndedAt = Now,
                DueAt = Now,
                Error = run.LastError,
                Answer = run.LastAnswer,
                IsReleased = true,
            };
        }
        catch (Exception exception)
        {
            return Failed(handler, run, exception, timeout.IsCancellationRequested);
        }
    }

    /// <summary>What a service throws at its end changes nothing about what the handler did.</summary>
    private async Task DisposeAsync(AsyncServiceScope scope, Handler handler, ClaimedRun run)
    {
        try
        {
            await scope.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            LogNotDisposed(logger, handler.Name, run.MessageId, exception.GetType().Name);
        }
    }

    /// <summary>Codes and tickets are for handlers that ask for the event by name.</summary>
    private byte[] BodyOf(Handler handler, ClaimedRun run) =>
        run.Sealed is { } sealedBody && handler.Interest.Names(run.EventType) ? seal.Open(sealedBody) : run.Payload!;

    private async Task<(bool IsWritten, RunAnswer? Answer)> CallAsync(Handler handler, RunInput input, CancellationToken cancellationToken)
    {
        if (handler.Options.Transaction is not { } inTransaction)
            return (false, await handler.Work(input, cancellationToken).ConfigureAwait(false));
        var isHeld = await inTransaction(input, () => handler.Work(input, cancellationToken), lines.CompletionOf(input.Run, clock), cancellationToken).ConfigureAwait(false);
        return isHeld ? (true, null) : throw new LeaseLostException();
    }

    private RunOutcome Failed(Handler handler, ClaimedRun run, Exception exception, bool isTimeout)
    {
        var pause = exception is UnreadableEventException ? null : handler.PauseAfter(run.Attempts, Random.Shared);
        var error = isTimeout && exception is OperationCanceledException or TimeoutException
            ? $"It took longer than its Timeout of {handler.Options.Timeout}."
            : exception is RunAnswerException or UnreadableEventException or UnopenableException ? exception.Message : $"{exception.GetType().Name}: {exception.Message}";
        return new()
        {
            Run = run,
            State = pause is null ? RunStates.Dead : RunStates.Retrying,
            EndedAt = Now,
            DueAt = pause is null ? null : Now + (long)pause.Value.TotalMilliseconds,
            Error = Storable(error, LongestError),
            Answer = (exception as RunAnswerException)?.Answer is { } answer ? answer with { Body = Storable(answer.Body, ForwardAnswer.Longest) } : null,
        };
    }

    /// <summary>A text that every database can hold: no U+0000, no half of a surrogate pair, not too long.</summary>
    private static string Storable(string text, int longest)
    {
        var cut = text.Length > longest ? text[..longest] : text;
        return System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(cut)).Replace('\0', '\uFFFD');
    }

    private void Log(Handler handler, RunOutcome outcome)
    {
        if (outcome.State == RunStates.Dead)
            LogDead(logger, handler.Name, outcome.Run.MessageId, outcome.Run.EventType, outcome.Run.Attempts);
        else if (outcome is { State: RunStates.Retrying, IsReleased: false })
            LogRetrying(logger, handler.Name, outcome.Run.Attempts, outcome.Run.MessageId, outcome.Run.EventType, DateTimeOffset.FromUnixTimeMilliseconds(outcome.DueAt ?? 0));
    }

    [LoggerMessage(3002, LogLevel.Warning,
        "Handler {Handler} failed on attempt {Attempt} with message {MessageId} ({EventType}). It is tried again at {DueAt:u}. The error: clerksync inbox show {MessageId}.")]
    private static partial void LogRetrying(ILogger logger, string handler, long attempt, string messageId, string eventType, DateTimeOffset dueAt);

    [LoggerMessage(3003, LogLevel.Error,
        "Handler {Handler} gave message {MessageId} ({EventType}) up after {Attempts} attempts. Repair the cause, then run: clerksync inbox replay {MessageId} --handler {Handler}.")]
    private static partial void LogDead(ILogger logger, string handler, string messageId, string eventType, long attempts);

    [LoggerMessage(3004, LogLevel.Warning, "Handler {Handler} was paused for longer than its lease with message {MessageId}. Its result was not written; another worker has the message.")]
    private static partial void LogLeaseLost(ILogger logger, string handler, string messageId);

    [LoggerMessage(3008, LogLevel.Error, "A service of handler {Handler} failed with {Error} when it was disposed after message {MessageId}. The result of the run counts all the same.")]
    private static partial void LogNotDisposed(ILogger logger, string handler, string messageId, string error);

    /// <summary>The transaction that held the handler's work was rolled back.</summary>
    private sealed class LeaseLostException() : Exception("The lease was lost.");
}
