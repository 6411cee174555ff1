using System.Threading.Channels;
using ClerkSync.Cli.Relaying;

namespace ClerkSync.Tests.Relaying;

/// <summary>A client of the relay that runs.</summary>
internal sealed class RelayRun
{
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly Channel<RelayNews> _news = Channel.CreateUnbounded<RelayNews>();

    public RelayRun(RelayAddress address, RelayToken token, Func<RelayRequest, CancellationToken, Task<RelayReply>> answer, TimeSpan? ping)
    {
        var client = new RelayClient(
            address, token,
            (request, ct) =>
            {
                lock (Requests)
                    Requests.Add(request);
                _arrived.Release();
                return answer(request, ct);
            },
            what => _news.Writer.TryWrite(what), Clock)
        {
            Ping = ping ?? RelayTiming.Ping,
        };
        Ended = RunAsync(client);
    }

    public WatchedClock Clock { get; } = new();

    public List<RelayRequest> Requests { get; } = [];

    /// <summary>The run itself.</summary>
    public Task Ended { get; }

    /// <summary>The next news of a kind; others are passed over.</summary>
    public async Task<T> NextAsync<T>()
        where T : RelayNews
    {
        while (true)
        {
            if (!await _news.Reader.WaitToReadAsync(TestContext.Current.CancellationToken))
                await Ended;
            if (_news.Reader.TryRead(out var next) && next is T wanted)
                return wanted;
        }
    }

    /// <summary>Waits for the end of the back-off and for the next connection.</summary>
    public async Task<Uri> ReconnectAsync(TimeSpan? wait = null)
    {
        await Clock.PassAsync(wait ?? RelayTiming.WaitAfter(1));
        return (await NextAsync<RelayNews.Connected>()).Inbox;
    }

    /// <summary>Waits for the next request.</summary>
    public Task ArrivedAsync() => _arrived.WaitAsync(TestContext.Current.CancellationToken);

    private async Task RunAsync(RelayClient client)
    {
        try
        {
            await client.RunAsync(_stop.Token);
        }
        finally
        {
            _news.Writer.Complete();
        }
    }

    public void Stop() => _stop.Cancel();

    public async Task EndAsync()
    {
        await _stop.CancelAsync();
        while (!Ended.IsCompleted)
            await Task.WhenAny(Ended, Clock.PassAsync(RelayTiming.Farewell));

        _ = Ended.Exception;
        _stop.Dispose();
    }
}
