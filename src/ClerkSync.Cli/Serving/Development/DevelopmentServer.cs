using ClerkSync.Cli.Configuration;
using ClerkSync.Cli.Relaying;
using Microsoft.Extensions.Configuration;

namespace ClerkSync.Cli.Serving.Development;

/// <summary>
/// <c>serve --dev</c>: the server for a laptop. Says what is missing and picks it up when it appears: a signing secret at once, anything else by starting again.
/// </summary>
internal sealed class DevelopmentServer
{
    /// <summary>How long a start that failed rests.</summary>
    private static readonly TimeSpan AnotherTry = TimeSpan.FromSeconds(5);

    private readonly CliHost _host;
    private readonly ServerSettings _settings;
    private readonly EventLineText _text;
    private readonly DevelopmentHooks _hooks;
    private DevelopmentRelay? _relay;
    private DevState? _state;
    private string? _toldSecret;
    private string? _toldProblem;
    private string? _toldMistake;

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
            {
                if (!await TryRunAsync(settings, changes, isFirst, cancellationToken))
                    return ExitCodes.Failed;
            }
        }
        finally
        {
            await CloseRelayAsync();
            _state?.Delete(_host.WorkingDirectory);
        }

        return ExitCodes.Done;
    }

    /// <summary>Runs a server until it has to start again.</summary>
    /// <returns>False when it stopped by itself.</returns>
    private async Task<bool> TryRunAsync(DevelopmentSettings settings, SemaphoreSlim changes, bool isFirst, CancellationToken cancellationToken)
    {
        try
        {
            return await RunOnceAsync(settings, changes, isFirst, cancellationToken);
        }
        catch (Exception exception) when (!isFirst && exception is CliException or InvalidDataException)
        {
            // A mistake in a file that is being edited, or a database that is away for a moment, is no reason to end.
            var mistake = exception as CliException ?? exception.InnerException as CliException;
            Tell(ref _toldMistake, $"error: {mistake?.Message ?? exception.Message} {mistake?.Next}".TrimEnd());
            await WaitForAnotherTryAsync(changes, cancellationToken);
            return true;
        }
    }

    private async Task<bool> RunOnceAsync(DevelopmentSettings settings, SemaphoreSlim changes, bool isFirst, CancellationToken cancellationToken)
    {
        var read = settings.ReadAtStart();
        await using var server = await Server.StartAsync(_host, _settings, settings.AddTo, _hooks, cancellationToken);
        _toldMistake = null;
        if (isFirst)
            server.Announce(_host);
        else
            Say($"Listening again on {server.Endpoint}");
        Announce(server, settings, isFirst);
        await LeadRelayAsync(DevelopmentRelay.AddressIn(settings.Configuration), server.Endpoint, isFirst);

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = WatchAsync(() => FollowAgain(server, settings), settings, read, changes, () => over.CancelAsync(), over.Token);
        var telling = isFirst ? TellOfNgrokAsync(server.Endpoint, over.Token) : Task.CompletedTask;
        var stoppedByItself = await server.WhenStoppingAsync(over.Token) && !over.IsCancellationRequested;

        // Deliveries wait for the next server, or go back to Clerk while this one still answers what it has begun with.
        _relay?.Hold();
        if (cancellationToken.IsCancellationRequested)
            await CloseRelayAsync();
        await over.CancelAsync();
        await Task.WhenAll(watching, telling);
        if (stoppedByItself)
            Say("error: The server stopped by itself; the log above says why.");
        return !stoppedByItself;
    }

    /// <summary>Waits for a change that needs a new start, and ends the run then. A change that nothing could start with is told, and the server stays.</summary>
    private async Task WatchAsync(
        Action follow, DevelopmentSettings settings, IReadOnlyDictionary<string, string> read, SemaphoreSlim changes, Func<Task> startAgain, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await changes.WaitAsync(cancellationToken);
                if (FindMistake(settings) is { } mistake)
                {
                    Tell(ref _toldMistake, $"{mistake} Until that is corrected, the settings from before count.");
                    continue;
                }

                _toldMistake = null;
                var differences = DevelopmentSettings.Differences(read, settings.ReadAtStart());
                if (differences.Count == 0)
                {
                    follow();
                    continue;
                }

                Say($"{string.Join(", ", differences)} changed: starting again.");
                await startAgain();
                return;
            }
        }
        catch (OperationCanceledException)
        {
            // the server is told to stop
        }
    }

    /// <summary>What a server with these settings could not start with, as far as that can be seen before.</summary>
    private string? FindMistake(DevelopmentSettings settings)
    {
        if (settings.FileProblem is { } problem)
            return problem;
        try
        {
            // what was read before does not hide here what is wrong with the file now
            _ = new ConfigurationBuilder().SetBasePath(_host.WorkingDirectory).Add(new ClerkSyncFileSource(static _ => { }) { Optional = true }).Build();
            ServerSettings.UrlsOf(settings.Configuration);
            AdminSettings.Read(settings.Configuration);
            _settings.ForwardsOf(settings.Configuration);
            DevelopmentRelay.AddressIn(settings.Configuration);
            ProjectionsInFile.Find(_host);
            DatabaseLocation.Parse(settings.Configuration.Get(Setting.Database) ?? DatabaseLocation.Default, _host.WorkingDirectory);
            return null;
        }
        catch (CliException exception)
        {
            return $"{exception.Message} {exception.Next}";
        }
        catch (InvalidDataException exception)
        {
            return exception.InnerException is CliException { Message: var message, Next: var next } ? $"{message} {next}" : exception.Message;
        }
    }

    private async Task WaitForAnotherTryAsync(SemaphoreSlim changes, CancellationToken cancellationToken)
    {
        using var soon = new CancellationTokenSource(AnotherTry, _host.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(soon.Token, cancellationToken);
        try
        {
            await changes.WaitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            // the cause may be gone, whatever it was
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

    private void FollowAgain(Server server, DevelopmentSettings settings)
    {
        server.Reload();
        Follow(server, settings);
    }

    /// <summary>Takes up what counts now, and says so where it is new.</summary>
    private void Follow(Server server, DevelopmentSettings settings)
    {
        var endpoint = server.Endpoint;
        var problem = settings.SecretProblem;
        if (problem is null)
            _toldProblem = null;
        else
            Tell(ref _toldProblem, $"{problem} Until then the secret from before counts.");
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

    /// <summary>Says something once, until it is something else.</summary>
    private void Tell(ref string? told, string sentence)
    {
        if (told != sentence)
            Say(sentence);
        told = sentence;
    }

    private void Say(string sentence) => _host.Error.WriteLine(sentence);
}
