using ClerkSync.Cli.Configuration;
using ClerkSync.Cli.Relaying;

namespace ClerkSync.Cli.Serving.Development;

/// <summary>
/// <c>serve --dev</c>: the server for a laptop. Says what is missing and picks it up when it appears: a signing secret at once, anything else by starting again.
/// </summary>
internal sealed class DevelopmentServer
{
    private readonly CliHost _host;
    private readonly ServerSettings _settings;
    private readonly EventLineText _text;
    private readonly DevelopmentHooks _hooks;
    private DevelopmentRelay? _relay;
    private DevState? _state;
    private string? _toldSecret;
    private string? _toldProblem;

    public DevelopmentServer(CliHost host, ServerSettings settings)
    {
        (_host, _settings) = (host, settings);
        _text = new(host);
        _hooks = new(new EventLines(_text, host.Time), host.Time);
    }

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var changes = new SemaphoreSlim(0);
        using var settings = new DevelopmentSettings(_host, _settings, () => changes.Release());
        _text.SecretHint = () => settings.IsSecretMadeUp
            ? $"It was signed with a secret that is not known here. Put the Signing Secret of the endpoint into .env.local: {Setting.SigningSecret.Name}=whsec_…"
            : null;
        try
        {
            for (var isFirst = true; !cancellationToken.IsCancellationRequested; isFirst = false)
                await RunOnceAsync(settings, changes, isFirst, cancellationToken);
        }
        finally
        {
            _state?.Delete(_host.WorkingDirectory);
            await CloseRelayAsync();
        }

        return ExitCodes.Done;
    }

    /// <summary>Runs a server until a setting changes that it reads only when it starts.</summary>
    private async Task RunOnceAsync(DevelopmentSettings settings, SemaphoreSlim changes, bool isFirst, CancellationToken cancellationToken)
    {
        var read = settings.ReadAtStart();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await using var server = await Server.StartAsync(_host, _settings, settings.AddTo, _hooks, cancellationToken);
            if (isFirst)
                server.Announce(_host);
            else
                Say($"Listening again on {server.Endpoint}");
            Announce(server, settings, isFirst);
            await LeadRelayAsync(DevelopmentRelay.AddressIn(settings.Configuration), server.Endpoint, isFirst);
            var watching = WatchAsync(() => Follow(server, settings), settings, read, changes, () => over.CancelAsync(), over.Token);
            var telling = isFirst ? TellOfNgrokAsync(server.Endpoint, over.Token) : Task.CompletedTask;
            await server.WaitAsync(over.Token);
            await over.CancelAsync();
            await Task.WhenAll(watching, telling);
        }
        catch (CliException exception) when (!isFirst)
        {
            // A mistake in a file that is being edited is no reason to end.
            Say($"error: {exception.Message} {exception.Next}");
            await WatchAsync(static () => { }, settings, read, changes, () => over.CancelAsync(), over.Token);
        }
    }

    /// <summary>Waits for a change that needs a new start, and ends the run then.</summary>
    private async Task WatchAsync(
        Action follow, DevelopmentSettings settings, IReadOnlyDictionary<string, string> read, SemaphoreSlim changes, Func<Task> startAgain, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await changes.WaitAsync(cancellationToken);
                var differences = DevelopmentSettings.Differences(read, settings.ReadAtStart());
                if (differences.Count == 0)
                {
                    follow();
                    continue;
                }

                await _host.Error.WriteLineAsync($"{string.Join(", ", differences)} changed: starting again.");
                await startAgain();
                return;
            }
        }
        catch (OperationCanceledException)
        {
            // the server is told to stop
        }
    }

    /// <summary>Opens the relay, or leaves it open where it leads to the next server.</summary>
    private async Task LeadRelayAsync(RelayAddress? address, Uri endpoint, bool isFirst)
    {
        var wasOpen = _relay is not null;
        if (_relay?.Address != address)
            await CloseRelayAsync();
        if (address is null && (isFirst || wasOpen))
            Say($"The relay is off: Clerk's deliveries need another way to {endpoint}, such as a tunnel.");
        if (address is not null)
            _relay ??= DevelopmentRelay.Open(_host, address);
        _relay?.LeadTo(endpoint);
    }

    private async Task CloseRelayAsync()
    {
        if (_relay is not null)
            await _relay.DisposeAsync();
        _relay = null;
    }

    private async Task TellOfNgrokAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        if (await NgrokHint.FindAsync(_host, endpoint, cancellationToken) is { } url)
            Say($"An ngrok agent leads here, too: {url} is a URL for Clerk's Dashboard.");
    }

    private void Announce(Server server, DevelopmentSettings settings, bool isFirst)
    {
        Follow(server, settings);
        if (!settings.HasSecretKey)
            Say($"Missing: {Setting.SecretKey.Name}, to fill in the users that Clerk has already (Dashboard, API keys). Put it into .env.local; it is picked up at once.");
        if (isFirst && _state is not null)
            Say("Try it, in another terminal in this folder: clerksync trigger user.created");
    }

    /// <summary>Takes up what counts now, and says so where it is new.</summary>
    private void Follow(Server server, DevelopmentSettings settings)
    {
        server.Reload();
        var endpoint = server.Endpoint;
        var problem = settings.SecretProblem;
        if (problem is not null && problem != _toldProblem)
            Say($"{problem} Until then the secret from before counts.");
        _toldProblem = problem;
        if (settings.FirstSecret is not { } secret || (secret == _toldSecret && endpoint.AbsoluteUri == _state?.Url))
            return;
        var before = _toldSecret;
        _toldSecret = secret;
        Write(new(endpoint.AbsoluteUri, secret, Environment.ProcessId, settings.Configuration.Get(Setting.InstanceId)));
        if (settings.IsSecretMadeUp)
            Say($"Missing: {Setting.SigningSecret.Name}, the Signing Secret of your endpoint in Clerk's Dashboard. Put it into .env.local; it is picked up at once. Until then one made up for this run counts.");
        else if (before is not null && secret != before)
            Say("A new signing secret counts from now on.");
    }

    private void Write(DevState state)
    {
        try
        {
            state.Write(_host.WorkingDirectory);
            _state = state;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Say($"'clerksync trigger' will not find this server by itself: {DevState.PathIn(_host.WorkingDirectory)} cannot be written.");
        }
    }

    private void Say(string sentence) => _host.Error.WriteLine(sentence);
}
