using System.Collections.Concurrent;
using ClerkSync;

namespace Serverless;

/// <summary>Stands for what your application does with an event before it answers: a function may be frozen or ended right after.</summary>
public sealed class Accounts
{
    public ConcurrentQueue<string> Taken { get; } = [];

    public Task TakeAsync(ClerkWebhook webhook, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(webhook);
        cancellationToken.ThrowIfCancellationRequested();
        Taken.Enqueue($"{webhook.Event?.Type ?? "no event"} {webhook.Id}");
        return Task.CompletedTask;
    }
}
