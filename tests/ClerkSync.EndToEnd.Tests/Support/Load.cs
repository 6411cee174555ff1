using System.Collections.Concurrent;
using System.Net;

namespace ClerkSync.EndToEnd.Tests.Support;

/// <summary>Sends messages over many connections at once, each once, and keeps what was answered.</summary>
internal sealed class Load(DeliveryClient client, IReadOnlyList<Message> messages, Func<Uri> url)
{
    private readonly ConcurrentQueue<Message> _waiting = new(messages);
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _awaited = [];
    private TaskCompletionSource _open = Opened();
    private int _acknowledged;

    public ConcurrentDictionary<string, DeliveryAnswer> Answers { get; } = new(StringComparer.Ordinal);

    public IEnumerable<Message> Acknowledged => messages.Where(m => Answers[m.Id].IsAcknowledged);

    public IEnumerable<Message> Unacknowledged => messages.Where(m => !Answers[m.Id].IsAcknowledged);

    public async Task RunAsync(int connections)
    {
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(SendAsync)));
        foreach (var awaited in _awaited.Values)
            awaited.TrySetException(new InvalidOperationException($"The load ended after {_acknowledged} acknowledgements."));
    }

    /// <summary>Completes when so many deliveries were acknowledged. Ask before the load runs.</summary>
    public Task AcknowledgedAsync(int count) =>
        _awaited.GetOrAdd(count, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>No connection begins another delivery; those that are under way go on.</summary>
    public void Pause() => _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Resume() => _open.SetResult();

    private async Task SendAsync()
    {
        while (_waiting.TryDequeue(out var message))
        {
            await _open.Task;
            var answer = await client.SendAsync(url(), message);
            Answers[message.Id] = answer;
            if (answer.Status == HttpStatusCode.OK && _awaited.TryGetValue(Interlocked.Increment(ref _acknowledged), out var awaited))
                awaited.TrySetResult();
        }
    }

    private static TaskCompletionSource Opened()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }
}
