using ClerkSync.Emulator.Api;
using ClerkSync.Emulator.Deliveries;
using ClerkSync.Emulator.Hosting;
using ClerkSync.Emulator.Objects;

namespace ClerkSync.Emulator;

/// <summary>
/// A Clerk that runs in the test: objects, the Backend API over HTTP on the loopback address, and the events of every change, signed and delivered as
/// Svix does. Safe for use from several threads.
/// </summary>
public sealed partial class ClerkEmulator : IAsyncDisposable
{
    private KestrelHost? _host;
    private readonly ClerkIds _messageIds;
    private volatile Instance _instance;
    private long _messageCount;

    private ClerkEmulator(ClerkEmulatorOptions options)
    {
        options.Population.Validate(nameof(options));
        if (options.FirstNumber < 0)
            throw new ArgumentException($"FirstNumber is {options.FirstNumber}; it must be 0 or more.", nameof(options));
        Options = options;
        Time = options.TimeProvider ?? TimeProvider.System;
        InstanceId = options.InstanceId ?? new ClerkIds(options.Seed).Make("ins_", 0);
        Tokens = new(InstanceId, Time);
        Api = new(this);
        _signingSecret = new(() => MakeSecret(options.Seed));
        Dispatcher = new(Time, Math.Max(1, options.ParallelDeliveries), new(Faults, InstanceId));
        _messageIds = new(options.Seed);
        _messageCount = options.FirstNumber;
        _instance = MakeInstance();
        Users = new(this);
        Organizations = new(this);
        Memberships = new(this);
        OrganizationInvitations = new(this);
        Invitations = new(this);
        Domains = new(this);
        Roles = new(this);
        Permissions = new(this);
        Sessions = new(this);
        Waitlist = new(this);
        Billing = new(this);
        Relay = new(() => Url, Time);
    }

    /// <summary>Where the Backend API listens, without <c>/v1</c>: the value for <c>CLERK_API_URL</c>.</summary>
    public Uri Url => _host!.Url;

    /// <summary>Where clients of the relay listen: the value for <c>CLERKSYNC_RELAY_URL</c>.</summary>
    public Uri RelayUrl => new UriBuilder(Url) { Scheme = "ws", Path = Emulator.Relay.RelayServer.ListenPath }.Uri;

    /// <summary>The key that callers have to show: the value for <c>CLERK_SECRET_KEY</c>.</summary>
    public string SecretKey => Options.SecretKey;

    /// <summary>The value for <c>CLERK_PUBLISHABLE_KEY</c>.</summary>
    public string PublishableKey => (IsLive ? "pk_live_" : "pk_test_") + Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(new Uri(Options.FrontendUrl).Host + "$"));

    /// <summary>The public key of session tokens in PEM: the value for <c>CLERK_JWT_KEY</c>.</summary>
    public string JwtKey => Tokens.PublicKeyPem;

    /// <summary>
    /// The settings of an application that uses this instance, by their usual names: <c>CLERK_SECRET_KEY</c>, <c>CLERK_PUBLISHABLE_KEY</c>,
    /// <c>CLERK_API_URL</c>, <c>CLERK_JWT_KEY</c>, <c>CLERK_INSTANCE_ID</c> and <c>CLERK_WEBHOOK_SIGNING_SECRET</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["CLERK_SECRET_KEY"] = SecretKey,
        ["CLERK_PUBLISHABLE_KEY"] = PublishableKey,
        ["CLERK_API_URL"] = Url.AbsoluteUri.TrimEnd('/'),
        ["CLERK_JWT_KEY"] = JwtKey,
        ["CLERK_INSTANCE_ID"] = InstanceId,
        ["CLERK_WEBHOOK_SIGNING_SECRET"] = SigningSecret,
    };

    /// <summary>The id of the instance, in every event.</summary>
    public string InstanceId { get; }

    /// <summary>The users.</summary>
    public EmulatedUsers Users { get; }

    /// <summary>The organizations.</summary>
    public EmulatedOrganizations Organizations { get; }

    /// <summary>Who is in which organization.</summary>
    public EmulatedMemberships Memberships { get; }

    /// <summary>Invitations into organizations.</summary>
    public EmulatedOrganizationInvitations OrganizationInvitations { get; }

    /// <summary>Invitations to the application.</summary>
    public EmulatedInvitations Invitations { get; }

    /// <summary>Domains of organizations.</summary>
    public EmulatedDomains Domains { get; }

    /// <summary>Roles.</summary>
    public EmulatedRoles Roles { get; }

    /// <summary>Permissions.</summary>
    public EmulatedPermissions Permissions { get; }

    /// <summary>Sessions.</summary>
    public EmulatedSessions Sessions { get; }

    /// <summary>The waitlist.</summary>
    public EmulatedWaitlist Waitlist { get; }

    /// <summary>Plans, subscriptions and their items.</summary>
    public EmulatedBilling Billing { get; }

    /// <summary>The relay, which brings requests of public inboxes to a laptop.</summary>
    public EmulatedRelay Relay { get; }

    /// <summary>What goes wrong on purpose.</summary>
    public ClerkFaults Faults { get; } = new();

    internal ClerkEmulatorOptions Options { get; }

    internal Dispatcher Dispatcher { get; }

    internal TimeProvider Time { get; }

    internal SessionTokens Tokens { get; }

    internal ApiServer Api { get; }

    internal Instance Instance => _instance;

    internal int RequestsPerTenSeconds => Options.RequestsPerTenSeconds ?? (IsLive ? 1000 : 100);

    private bool IsLive => SecretKey.StartsWith("sk_live_", StringComparison.Ordinal);

    /// <summary>Starts an emulator.</summary>
    /// <param name="options">How; null for a fresh instance on any free port, with the system's clock.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    /// <returns>The running emulator. Dispose it to stop.</returns>
    /// <exception cref="ArgumentException">The population cannot be, or the first number is negative.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<ClerkEmulator> StartAsync(ClerkEmulatorOptions? options = null, CancellationToken cancellationToken = default)
    {
        var emulator = new ClerkEmulator(options ?? new());
        try
        {
            emulator._host = await KestrelHost.StartAsync(emulator.Options.Port, emulator.Api.HandleAsync, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await emulator.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return emulator;
    }

    /// <summary>A handler that reaches the Backend API without a socket, whatever the host of the URL. It belongs to the caller.</summary>
    /// <returns>A new handler.</returns>
    public HttpMessageHandler CreateHandler() => new PipelineHandler(Api.HandleAsync);

    /// <summary>Makes a session token as a browser would hold it.</summary>
    /// <param name="sessionId">The session; <see cref="EmulatedSessions.Create"/> makes one.</param>
    /// <param name="options">What else the token says; null for nothing.</param>
    /// <returns>The token, signed with RS256.</returns>
    /// <exception cref="ClerkEmulatorException">There is no such session.</exception>
    public string CreateSessionToken(string sessionId, SessionTokenOptions? options = null)
    {
        var instance = Instance;
        lock (instance.Gate)
            return Tokens.Create(instance, instance.Sessions.Get(sessionId), options ?? new());
    }

    /// <summary>
    /// Forgets objects, messages, attempts, faults, and how many requests there were. The population is there again; endpoints stay. The same ids are made
    /// again, so that a receiver has to forget, too.
    /// </summary>
    public void Reset()
    {
        _instance = MakeInstance();
        Dispatcher.Clear();
        Faults.Clear();
        Relay.Clear();
        Api.Windows.Clear();
    }

    /// <summary>Stops the emulator.</summary>
    /// <returns>A task that ends when the port is free.</returns>
    public async ValueTask DisposeAsync()
    {
        Relay.Drop();
        if (_host is not null)
            await _host.DisposeAsync().ConfigureAwait(false);
        await Dispatcher.DisposeAsync().ConfigureAwait(false);
        Tokens.Dispose();
    }

    private Instance MakeInstance() => new(
        new(InstanceId, IsLive ? "production" : "development", Options.FrontendUrl, Options.Seed, Options.HasBilling, Options.TellsDeletedChildren, Options.TellsInvitations, Options.Population,
            Options.FirstNumber),
        Time, Options.HasDistinctTimes, Publish);
}
