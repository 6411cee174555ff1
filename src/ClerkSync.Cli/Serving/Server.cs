using System.Buffers;
using System.Net.Sockets;
using ClerkSync.Cli.Configuration;
using ClerkSync.Projections;
using ClerkSync.Signing;
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

/// <summary>The standalone server: the library, behind a web server of its own.</summary>
internal static class Server
{
    private static readonly SearchValues<char> NotInPath = SearchValues.Create("{}?#* ");

    public static async Task<int> RunAsync(CliHost host, ServerSettings settings, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = host.WorkingDirectory });
        var isStarted = false;
        var forwards = Configure(builder, host, settings, () => isStarted);
        var adminSettings = AdminSettings.Read(builder.Configuration);
        var app = builder.Build();
        AdminServer? admin = null;
        await using (app)
        {
            try
            {
                Map(app, settings.Path);
                await ProjectionsInFile.RefuseWrongAsync(host, app.Services.GetRequiredService<ClerkSyncDatabase>(), cancellationToken);
                await app.StartAsync(cancellationToken);
                isStarted = true;
            }
            catch (OptionsValidationException exception)
            {
                throw CliErrors.BadConfiguration(exception.Failures);
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

            DevState? state = null;
            try
            {
                admin = await AdminServer.StartAsync(
                    host, adminSettings, app.Services.GetRequiredService<ClerkMirror>(), app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("ClerkSync.Admin"), cancellationToken);
                state = Announce(app, host, settings, forwards, admin);
                await app.WaitForShutdownAsync(cancellationToken);
            }
            finally
            {
                state?.Delete(host.WorkingDirectory);
                if (admin is not null)
                    await admin.DisposeAsync();

                // where the admin listener did not start, the rest has
                await app.StopAsync(CancellationToken.None);
            }
        }

        return ExitCodes.Done;
    }

    /// <summary>Sets everything up.</summary>
    /// <returns>Where events are forwarded to.</returns>
    private static IReadOnlyList<ForwardSetting> Configure(WebApplicationBuilder builder, CliHost host, ServerSettings settings, Func<bool> isStarted)
    {
        builder.Configuration.Sources.Clear();
        CliConfiguration.AddTo(builder.Configuration, host, settings.Flags, watch: true);
        if (settings.IsDev && builder.Configuration.Get(Setting.SigningSecret) is null)
            builder.Configuration.AddInMemoryCollection([KeyValuePair.Create(Setting.SigningSecret.Name, (string?)SigningSecret.Create().Reveal())]);

        // Standard output is for results, and a server has none.
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
            console.UseUtcTimestamp = true;
        });
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.None);

        // What stops the start is said by the command, in its own words; the services that were not at fault end with it.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => level >= LogLevel.Warning && isStarted());

        builder.WebHost.UseUrls(ServerSettings.UrlsOf(builder.Configuration));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // Bodies are held in memory before they are verified: at 1 MiB each this bounds what strangers can make us hold.
            kestrel.Limits.MaxConcurrentConnections = 512;
        });
        builder.Services.AddSingleton(host.Time);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(20));
        var location = DatabaseLocation.Parse(builder.Configuration.Get(Setting.Database) ?? DatabaseLocation.Default, host.WorkingDirectory);
        var clerkSync = builder.Services.AddClerkSync(options =>
        {
            options.Storage.MigrateAtStart &= settings.Migrates;

            // Samples name an instance of their own: on a laptop it must not become the only one that counts.
            options.Receiving.LearnInstance &= !settings.IsDev;
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

    private static DevState? Announce(WebApplication app, CliHost host, ServerSettings settings, IReadOnlyList<ForwardSetting> forwards, AdminServer? admin)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        var database = app.Services.GetRequiredService<ClerkSyncDatabase>();
        foreach (var address in addresses)
            host.Error.WriteLine($"Listening on {address}{settings.Path}");
        foreach (var address in admin?.Urls ?? [])
            host.Error.WriteLine($"Admin API on {address}");
        host.Error.WriteLine($"Tables in {database.DisplayName}");
        foreach (var forward in forwards)
            host.Error.WriteLine($"Forwarding {forward}");

        var verifier = app.Services.GetRequiredService<ClerkWebhookVerifier>();
        if (verifier.Secrets.Count == 0)
        {
            host.Error.WriteLine(verifier.SecretProblem ?? "There is no signing secret yet: deliveries are answered 503 until CLERK_WEBHOOK_SIGNING_SECRET is set.");
            return null;
        }

        if (!settings.IsDev)
            return null;
        var url = Reachable(addresses.First()) + settings.Path;
        var state = new DevState(url, verifier.Secrets[0].Reveal(), Environment.ProcessId, app.Configuration.Get(Setting.InstanceId));
        try
        {
            state.Write(host.WorkingDirectory);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            host.Error.WriteLine($"'clerksync trigger' will not find this server by itself: {DevState.PathIn(host.WorkingDirectory)} cannot be written.");
            return null;
        }

        host.Error.WriteLine("Try it, in another terminal in this folder: clerksync trigger user.created");
        return state;
    }

    private static string Reachable(string address) => address
        .Replace("://0.0.0.0", "://127.0.0.1", StringComparison.Ordinal)
        .Replace("://[::]", "://127.0.0.1", StringComparison.Ordinal);
}
