using ClerkSync.Cli.Relaying;
using Microsoft.Extensions.Configuration;

namespace ClerkSync.Cli.Serving.Development;

/// <summary>The relay of a development server: Clerk's deliveries reach this machine without an open port, and go to the server's own endpoint.</summary>
internal sealed class DevelopmentRelay : IAsyncDisposable
{
    /// <summary>Clerk's sender waits 15 s for an answer.</summary>
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(10);

    private readonly CliHost _host;
    private readonly HttpClient _http;
    private readonly CancellationTokenSource _over = new();
    private readonly Task _running;
    private volatile TaskCompletionSource<LocalTarget> _target = NewTarget();
    private Uri? _toldInbox;
    private bool _wasConnected;
    private bool _isLost;

    private DevelopmentRelay(CliHost host, RelayAddress address)
    {
        _host = host;
        Address = address;
        address.Warn(host);
        _http = new(host.HttpHandler()) { Timeout = Timeout.InfiniteTimeSpan };
        var client = new RelayClient(address, RelayToken.Read(host, address, given: null), AnswerAsync, Hear, host.Time) { FirstConnection = null };
        _running = RunAsync(client);
    }

    public RelayAddress Address { get; }

    /// <summary>The relay that the settings name; null where it is switched off.</summary>
    /// <exception cref="CliException">The address is none.</exception>
    public static RelayAddress? AddressIn(IConfiguration configuration) => RelayAddress.In(configuration);

    public static DevelopmentRelay Open(CliHost host, RelayAddress address) => new(host, address);

    /// <summary>Where deliveries go from now on.</summary>
    public void LeadTo(Uri endpoint)
    {
        var target = new LocalTarget(_http, endpoint, [], _host.Time);
        if (!_target.TrySetResult(target))
        {
            _target = NewTarget();
            _target.SetResult(target);
        }
    }

    /// <summary>Lets deliveries wait while no server listens.</summary>
    public void Hold() => _target = NewTarget();

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _running;
        _http.Dispose();
        _over.Dispose();
    }

    /// <summary>A relay that fails is no reason to end the server.</summary>
    private async Task RunAsync(RelayClient client)
    {
        try
        {
            await client.RunAsync(_over.Token);
        }
        catch (OperationCanceledException)
        {
            // the server stops
        }
        catch (Exception exception)
        {
            await _host.Error.WriteLineAsync($"The relay failed with an unexpected {exception.GetType().Name}; deliveries need 'clerksync serve --dev' to start again.");
        }
    }

    private async Task<RelayReply> AnswerAsync(RelayRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var target = await _target.Task.WaitAsync(LongestHold, _host.Time, cancellationToken);
            return await target.SendAsync(request, cancellationToken);
        }
        catch (TimeoutException)
        {
            return RelayReply.Of(503, "The server is not running at the moment.");
        }
    }

    private static TaskCompletionSource<LocalTarget> NewTarget() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Hear(RelayNews news)
    {
        switch (news)
        {
            case RelayNews.Connected connected when connected.Inbox != _toldInbox:
                Tell(connected.Inbox, "Give your endpoint in Clerk's Dashboard (Configure, Webhooks, Add Endpoint) this URL:");
                break;
            case RelayNews.Connected:
                _host.Error.WriteLine(_wasConnected ? "The relay is back." : "The relay is there.");
                break;
            case RelayNews.TokenChanged changed:
                Tell(changed.Inbox, $"{changed.Why} The URL is another one now: change it in Clerk's Dashboard.");
                break;
            case RelayNews.Lost lost when !_isLost:
                _host.Error.WriteLine($"No relay: {lost.Why} It is tried again by itself; until then Clerk's deliveries do not come.");
                break;
            case RelayNews.Skipped skipped:
                _host.Error.WriteLine(skipped.Why);
                break;
            default:
                break;
        }

        _isLost = news is RelayNews.Lost;
        _wasConnected |= news is RelayNews.Connected;
    }

    private void Tell(Uri inbox, string sentence)
    {
        _toldInbox = inbox;
        _host.Error.WriteLine($"""
            {sentence}

                {inbox}

            Whoever knows it can read what Clerk sends there, so keep it to yourself.
            """);
    }
}
