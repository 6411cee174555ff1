using System.Buffers;
using System.Net.Sockets;
using ClerkSync.Cli.Configuration;
using ClerkSync.Cli.Serving.Development;
using ClerkSync.Handlers;
using ClerkSync.Projections;
using ClerkSync.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ClerkSync.Cli.Serving;

/// <summary>The standalone server, running: the library, behind a web server of its own.</summary>
internal sealed class Server : IAsyncDisposable
{
    private static readonly SearchValues<char> NotInPath = SearchValues.Create("{}?#* ");

    private readonly WebApplication _app;
    private readonly AdminServer? _admin;
    private readonly ServerSettings _settings;
    private readonly IReadOnlyList<ForwardSetting> _forwards;

    private Server(WebApplication app, AdminServer? admin, ServerSettings settings, IReadOnlyList<ForwardSetting> forwards) =>
        (_app, _admin, _settings, _forwards) = (app, admin, settings, forwards);

    /// <summary>The webhook endpoint, as this machine reaches it.</summary>
    public Uri Endpoint => new(Reachable(Addresses[0]) + _settings.Path);

    public IReadOnlyList<string> Addresses => [.. _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? []];

    public static async Task<int> RunAsync(CliHost host, ServerSettings settings, CancellationToken cancellationToken)
    {
        if (settings.IsDev)
            return await new DevelopmentServer(host, settings).RunAsync(cancellationToken);
        await using var server = await StartAsync(host, settings, configuration => CliConfiguration.AddTo(configuration, host, settings.Flags, watch: true), development: null, cancellationToken);
        server.Announce(host);
        server.WarnWithoutSecret(host);
        await server.WaitAsync(cancellationToken);
        return ExitCodes.Done;
    }

    /// <summary>Starts it, with everything that belongs to it.</summary>
    /// <exception cref="CliException">Something in the settings is wrong, an address is taken, or the tables cannot be used.</exception>
    public static async Task<Server> StartAsync(
        CliHost host, ServerSettings settings, Action<IConfigurationBuilder> addSources, DevelopmentHooks? development, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = host.WorkingDirectory });
        builder.Configuration.Sources.Clear();
        addSources(builder.Configuration);
        var isStarted = false;
        var forwards = Configure(builder, host, settings, development, () => isStarted);
        var adminSettings = AdminSettings.Read(builder.Configuration);
        var app = builder.Build();
        try
        {
            if (development is not null)
                app.Use(development.ObserveAsync);
            await StartAsync(app, host, settings, cancellationToken);
            isStarted = true;
            var admin = await AdminServer.StartAsync(
                host, adminSettings, app.Services.GetRequiredService<ClerkMirror>(), app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("ClerkSync.Admin"), cancellationToken);
            development?.Catalogue = app.Services.GetRequiredService<HandlerCatalogue>();
            return new(app, admin, settings, forwards);
        }
        catch
        {
            if (isStarted)
                await app.StopAsync(CancellationToken.None);
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Says where everything is.</summary>
    public void Announce(CliHost host)
    {
        foreach (var address in Addresses)
            host.Error.WriteLine($"Listening on {address}{_settings.Path}");
        foreach (var address in _admin?.Urls ?? [])
            host.Error.WriteLine($"Admin API on {address}");
        host.Error.WriteLine($"Tables in {_app.Services.GetRequiredService<ClerkSyncDatabase>().DisplayName}");
        foreach (var forward in _forwards)
            host.Error.WriteLine($"Forwarding {forward}");
    }

    /// <summary>Reads the settings again that count at once. What is wrong with them is no reason to end; the last good ones stay.</summary>
    public void Reload()
    {
        try
        {
            ((IConfigurationRoot)_app.Configuration).Reload();
        }
        catch (Exception exception) when (exception is InvalidDataException || (exception as AggregateException)?.Flatten().InnerExceptions.All(e => e is OptionsValidationException) == true)
        {
            // whoever follows the settings says what is wrong with them
        }
    }

    /// <summary>Waits until it shall stop, and lets what is in work come to its end.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    /// <summary>Waits until it stops by itself, or somebody wants it to.</summary>
    /// <returns>Whether it stops by itself.</returns>
    public async Task<bool> WhenStoppingAsync(CancellationToken cancellationToken)
    {
        var own = _app.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var byItself = own.Register(() => stopping.TrySetResult());
        await using var wanted = cancellationToken.Register(() => stopping.TrySetResult());
        await stopping.Task;
        return own.IsCancellationRequested;
    }

    public async ValueTask DisposeAsync()
    {
        if (_admin is not null)
            await _admin.DisposeAsync();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    private void WarnWithoutSecret(CliHost host)
    {
        var verifier = _app.Services.GetRequiredService<ClerkWebhookVerifier>();
        if (verifier.Secrets.Count == 0)
            host.Error.WriteLine(verifier.SecretProblem ?? "There is no signing secret yet: deliveries are answered 503 until CLERK_WEBHOOK_SIGNING_SECRET is set.");
    }

    private static async Task StartAsync(WebApplication app, CliHost host, ServerSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            Map(app, settings.Path);
            await ProjectionsInFile.RefuseWrongAsync(host, app.Services.GetRequiredService<ClerkSyncDatabase>(), cancellationToken);
            await app.StartAsync(cancellationToken);
        }
        catch (OptionsValidationException exception)
        {
            throw CliErrors.BadConfiguration(exception.Failures);
        }
        catch (InvalidOperationException exception) when (exception.Message.StartsWith("Failed to convert configuration value", StringComparison.Ordinal))
        {
            throw CliErrors.BadConfiguration([exception.Message]);
        }
        catch (MigrationException exception)
        {
            throw CliErrors.MigrationRefused(exception.Message);
        }
        catch (ProjectionException exception)
        {
            throw CliErrors.BadProjections(exception.Problems, ExitCodes.WrongUsage);
        }
        catch (IOException exception) when (exception.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw CliErrors.AddressInUse(string.Join(", ", ServerSettings.UrlsOf(app.Configuration)));
        }
        catch (Exception exception) when (exception is SocketException or IOException or UnauthorizedAccessException)
        {
            throw CliErrors.CannotListen(string.Join(", ", ServerSettings.UrlsOf(app.Configuration)), exception.Message);
        }
    }

    /// <summary>Sets everything up.</summary>
    /// <returns>Where events are forwarded to.</returns>
    private static IReadOnlyList<ForwardSetting> Configure(
        WebApplicationBuilder builder, CliHost host, ServerSettings settings, DevelopmentHooks? development, Func<bool> isStarted)
    {
        AddLogging(builder, isDev: development is not null, isStarted);
        builder.WebHost.UseUrls(ServerSettings.UrlsOf(builder.Configuration));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // Bodies are held in memory before they are verified: at 1 MiB each this bounds what strangers can make us hold.
            kestrel.Limits.MaxConcurrentConnections = 512;
        });
        builder.Services.AddSingleton(host.Time);
        builder.Services.AddSingleton<IHostLifetime, CommandLifetime>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(20));
        var location = DatabaseLocation.Parse(builder.Configuration.Get(Setting.Database) ?? DatabaseLocation.Default, host.WorkingDirectory);
        var clerkSync = builder.Services.AddClerkSync(options =>
        {
            options.Storage.MigrateAtStart &= settings.Migrates;

            // Samples name an instance of their own: on a laptop it must not become the only one that counts.
            options.Receiving.LearnInstance &= !settings.IsDev;
            options.Handlers.AttemptEnded = development is null ? null : development.AttemptEnded;
        });
        _ = location switch
        {
            DatabaseLocation.Sqlite sqlite => clerkSync.UseSqlite(new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder { DataSource = sqlite.File }.ToString()),
            DatabaseLocation.PostgreSql postgres => clerkSync.UsePostgreSql(postgres.Address),
            _ => throw new InvalidOperationException($"There is no provider for {location}."),
        };
        var forwards = settings.ForwardsOf(builder.Configuration);
        foreach (var forward in forwards)
            forward.AddTo(clerkSync);
        if (forwards.Count > 0)
            ProtectBodies(builder, host);
        foreach (var definition in ProjectionsInFile.Find(host).Definitions)
            builder.Services.AddSingleton<Projection>(p => new SqlProjection(definition, ProjectionSources.All, p.GetRequiredService<ClerkSyncDatabase>(), host.Time));
        builder.Services.AddSingleton(p => ClerkWebhookVerifier.FromConfiguration(p.GetRequiredService<IConfiguration>(), host.Time));
        builder.Services.AddSingleton<Readiness>();
        return forwards;
    }

    /// <summary>Standard output is for results: the log goes to standard error.</summary>
    private static void AddLogging(WebApplicationBuilder builder, bool isDev, Func<bool> isStarted)
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
            console.UseUtcTimestamp = !isDev;    // on a laptop beside the lines of the events
        });
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.None);

        // What stops the start is said by the command, in its own words; the services that were not at fault end with it.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => level >= LogLevel.Warning && isStarted());
        if (!isDev)
            return;

        // Each event has a line of its own that says the same.
        builder.Logging.AddFilter("ClerkSync.Webhooks", LogLevel.Error);
        builder.Logging.AddFilter("ClerkSync.Handlers", LogLevel.Error);
    }

    /// <summary>What a forward needs whole is stored encrypted. Several servers on one database have to share the keys.</summary>
    private static void ProtectBodies(WebApplicationBuilder builder, CliHost host)
    {
        var protection = builder.Services.AddDataProtection().SetApplicationName("clerksync");
        if (builder.Configuration.Get(Setting.Keys) is { } folder)
            protection.PersistKeysToFileSystem(new(host.FullPath(folder)));

        // That the keys are files which their owner can read is documented, and no news at each start.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error);
    }

    /// <summary>The public listener has the webhook and the health checks, and nothing else.</summary>
    private static void Map(WebApplication app, string path)
    {
        if (!path.StartsWith('/') || path.AsSpan().ContainsAny(NotInPath))
            throw CliErrors.BadPath(path);
        app.MapClerkWebhooks(path);
        app.MapHealth(app.Services.GetRequiredService<Readiness>());
        app.MapClerkWebhooksNotFound(path);
    }

    private static string Reachable(string address) => address
        .Replace("://0.0.0.0", "://127.0.0.1", StringComparison.Ordinal)
        .Replace("://[::]", "://127.0.0.1", StringComparison.Ordinal);
}
