using System.CommandLine;
using ClerkSync.Cli.Configuration;
using ClerkSync.Cli.Relaying;
using ClerkSync.Cli.Serving;

namespace ClerkSync.Cli.Commands;

/// <summary><c>clerksync serve</c>: the standalone server.</summary>
internal sealed class ServeCommand : CommandWithExamples
{
    private readonly Option<bool> _dev = new("--dev")
    {
        Description = "For a laptop: opens the relay and prints the URL for Clerk's Dashboard, makes up a signing secret until there is one, picks up what appears in .env.local, prints a line for each event.",
    };

    private readonly Option<bool> _noRelay = new("--no-relay") { Description = "With --dev: opens no relay (CLERKSYNC_RELAY_URL=off)." };

    private readonly Option<string?> _urls = new("--urls") { Description = "Addresses to listen on, separated by semicolons (CLERKSYNC_URLS; default http://127.0.0.1:8787)." };

    private readonly Option<string?> _adminUrls = new("--admin-urls") { Description = "Addresses of the admin API, or off (CLERKSYNC_ADMIN_URLS; default http://127.0.0.1:8788)." };

    private readonly Option<string?> _path = new("--path") { Description = "Path of the webhook endpoint (default /api/webhooks/clerk)." };

    private readonly Option<string?> _database = new("--database") { Description = "sqlite:file.db or postgresql://… (CLERKSYNC_DATABASE, DATABASE_URL; default sqlite:clerksync.db)." };

    private readonly Option<string[]> _forwardTo = new("--forward-to")
    {
        Description = "Posts every event on to this address as well: a URL, localhost:3000/path, or a port. Repeatable (CLERKSYNC_FORWARD_TO).",
    };

    private readonly Option<bool> _noMigrate = new("--no-migrate") { Description = "Leaves the tables alone: run 'clerksync migrate' yourself." };

    public ServeCommand(CliHost host)
        : base("serve", "Receives Clerk's webhooks and keeps the tables in step.")
    {
        Add(_dev);
        Add(_noRelay);
        Add(_urls);
        Add(_adminUrls);
        Add(_path);
        Add(_database);
        Add(_forwardTo);
        Add(_noMigrate);
        SetAction((parsed, cancellationToken) => Server.RunAsync(
            host,
            new()
            {
                IsDev = parsed.GetValue(_dev),
                Path = parsed.GetValue(_path) ?? ServerSettings.DefaultPath,
                Migrates = !parsed.GetValue(_noMigrate),
                Flags =
                [
                    (Setting.Urls, parsed.GetValue(_urls)),
                    (Setting.AdminUrls, parsed.GetValue(_adminUrls)),
                    (Setting.Database, parsed.GetValue(_database)),
                    (Setting.RelayUrl, parsed.GetValue(_noRelay) ? RelayAddress.Off : null),
                    (Setting.ForwardTo, parsed.GetValue(_forwardTo) is { Length: > 0 } addresses ? string.Join(' ', addresses) : null),
                ],
            },
            cancellationToken));
    }

    public override IReadOnlyList<(string Line, string Does)> Examples { get; } =
    [
        ("clerksync serve --dev", "On a laptop: SQLite, the relay, a made-up secret until there is one. Then, in another terminal: clerksync trigger user.created."),
        ("clerksync serve --dev --forward-to localhost:3000/api/webhooks/clerk", "The same, and your own route gets every event, signed for it."),
        ("CLERK_WEBHOOK_SIGNING_SECRET=whsec_… clerksync serve --database postgresql://app@db/app --urls http://0.0.0.0:8787", "In production, behind a reverse proxy."),
    ];
}
