using System.Net;
using System.Security.Cryptography;
using System.Text;
using ClerkSync.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Cli.Serving;

/// <summary>
/// The admin listener: a web server of its own, so that nothing of it can be reached through the public one. With a token every request has to show it; without one it answers
/// this machine only, and only under its own name, so that no page in a browser can reach it by way of DNS.
/// </summary>
internal sealed class AdminServer : IAsyncDisposable
{
    private static readonly string[] OwnNames = ["localhost", "127.0.0.1", "[::1]"];

    private readonly WebApplication _app;

    private AdminServer(WebApplication app) => _app = app;

    public IEnumerable<string> Urls => _app.Urls;

    /// <summary>Starts it.</summary>
    /// <returns>The server; null when it is switched off, or another server on this machine has the default address.</returns>
    /// <exception cref="CliException">An address is taken or cannot be used.</exception>
    public static async Task<AdminServer?> StartAsync(CliHost host, AdminSettings settings, ClerkMirror mirror, ILogger logger, CancellationToken cancellationToken)
    {
        if (settings.Urls.Count == 0)
            return null;
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = host.WorkingDirectory });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls([.. settings.Urls]);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64 * 1024;
        });
        var app = builder.Build();
        app.Use(Guard(settings.Token));
        new AdminApi(mirror, logger).Map(app);
        app.MapFallback("{**path}", static context => Answer.Refused(
            StatusCodes.Status404NotFound, "not_found", "There is nothing at this path. The admin API has PUT /api/users/{id}, /api/organizations/{id} and /api/memberships/{organization_id}/{user_id}.").ExecuteAsync(context));
        try
        {
            await app.StartAsync(cancellationToken);
            return new(app);
        }
        catch (IOException exception) when (exception.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            await app.DisposeAsync();
            if (!settings.IsDefault)
                throw CliErrors.AdminAddressInUse(string.Join(", ", settings.Urls));
            await host.Error.WriteLineAsync($"warning: There is no admin API, because {settings.Urls[0]} is in use, perhaps by another server of ClerkSync. CLERKSYNC_ADMIN_URLS gives this one another address, or switches it off (off).");
            return null;
        }
        catch (Exception exception) when (exception is System.Net.Sockets.SocketException or IOException or UnauthorizedAccessException)
        {
            await app.DisposeAsync();
            throw CliErrors.CannotListen(string.Join(", ", settings.Urls), exception.Message);
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>Lets through who may ask.</summary>
    /// <param name="token">What has to be shown; null for nothing, from this machine only.</param>
    internal static Func<HttpContext, RequestDelegate, Task> Guard(string? token)
    {
        var expected = token is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(token));
        return (context, next) =>
        {
            context.Response.Headers.CacheControl = "no-store";
            if (expected is null)
            {
                var isOwn = context.Connection.RemoteIpAddress is { } caller && IPAddress.IsLoopback(caller) && OwnNames.Contains(context.Request.Host.Host, StringComparer.OrdinalIgnoreCase);
                return isOwn ? next(context) : Answer.Refused(
                    StatusCodes.Status403Forbidden, "wrong_host", "Without CLERKSYNC_ADMIN_TOKEN the admin API answers this machine only: ask localhost or 127.0.0.1.").ExecuteAsync(context);
            }

            // hashes are equally long, so that the time of the comparison tells nothing about the token
            const string scheme = "Bearer ";
            var shown = context.Request.Headers.Authorization.ToString();
            var isRight = shown.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
                && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(shown[scheme.Length..].Trim())), expected);
            if (isRight)
                return next(context);
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Answer.Refused(
                StatusCodes.Status401Unauthorized, "wrong_token", "Send the header \"Authorization: Bearer …\" with the server's CLERKSYNC_ADMIN_TOKEN.").ExecuteAsync(context);
        };
    }
}
