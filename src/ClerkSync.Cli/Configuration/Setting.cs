namespace ClerkSync.Cli.Configuration;

/// <summary>One setting: its names in the environment, best first, and its name in <c>clerksync.json</c>.</summary>
internal sealed record Setting(string FileKey, params IReadOnlyList<string> Names)
{
    public static readonly Setting SigningSecret = new("signingSecret", "CLERK_WEBHOOK_SIGNING_SECRET", "CLERK_WEBHOOK_SECRET");

    public static readonly Setting InstanceId = new("instanceId", "CLERK_INSTANCE_ID");

    /// <summary>The key for Clerk's Backend API: enables backfill and reconcile.</summary>
    public static readonly Setting SecretKey = new("secretKey", "CLERK_SECRET_KEY");

    public static readonly Setting ApiUrl = new("apiUrl", "CLERK_API_URL");

    public static readonly Setting Database = new("database", "CLERKSYNC_DATABASE", "DATABASE_URL");

    public static readonly Setting Urls = new("urls", "CLERKSYNC_URLS", "ASPNETCORE_URLS");

    /// <summary>Where the admin API listens.</summary>
    public static readonly Setting AdminUrls = new("adminUrls", "CLERKSYNC_ADMIN_URLS");

    public static readonly Setting AdminToken = new("adminToken", "CLERKSYNC_ADMIN_TOKEN");

    public static readonly Setting ForwardTo = new("forwardTo", "CLERKSYNC_FORWARD_TO");

    public static readonly Setting ForwardSecret = new("forwardSecret", "CLERKSYNC_FORWARD_SECRET");

    /// <summary>The folder of the keys that encrypt what a forward needs whole.</summary>
    public static readonly Setting Keys = new("keys", "CLERKSYNC_KEYS");

    /// <summary>The relay that brings deliveries to a laptop: its address, or <c>off</c>.</summary>
    public static readonly Setting RelayUrl = new("relayUrl", "CLERKSYNC_RELAY_URL");

    /// <summary>Pins the relay's token, and so the address of the inbox.</summary>
    public static readonly Setting RelayToken = new("relayToken", "CLERKSYNC_RELAY_TOKEN");

    public static IReadOnlyList<Setting> All { get; } = [RelayUrl, RelayToken, Keys, SigningSecret, InstanceId, SecretKey, ApiUrl, Database, Urls, AdminUrls, AdminToken, ForwardTo, ForwardSecret];

    /// <summary>The name that documentation and messages use.</summary>
    public string Name => Names[0];
}
