using System.Net;
using System.Text.Json;

namespace ClerkSync.Cli.Diagnosing;

/// <summary>The ngrok agent of this machine: it tells which public addresses it has open, and where they lead.</summary>
internal sealed class NgrokAgent(HttpClient client, Uri api)
{
    public static readonly Uri DefaultApi = new("http://127.0.0.1:4040/api/");

    private const int LongestAnswer = 1024 * 1024;

    /// <summary>Asks for its endpoints; an older agent knows tunnels only.</summary>
    /// <returns>Null when no agent answers.</returns>
    public async Task<IReadOnlyList<NgrokEndpoint>?> FindAsync(CancellationToken cancellationToken) =>
        await ReadAsync("endpoints", "endpoints", OfEndpoint, cancellationToken) ?? await ReadAsync("tunnels", "tunnels", OfTunnel, cancellationToken);

    private async Task<IReadOnlyList<NgrokEndpoint>?> ReadAsync(string path, string member, Func<JsonElement, (string? Public, string? Local)> read, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.GetAsync(new Uri(api, path), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.StatusCode != HttpStatusCode.OK)
                return null;
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            var buffer = new byte[LongestAnswer];
            var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            using var document = JsonDocument.Parse(buffer.AsMemory(0, length));
            return document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty(member, out var list) && list.ValueKind == JsonValueKind.Array
                ? [.. list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object).Select(read).Select(pair => NgrokEndpoint.Of(pair.Public, pair.Local)).OfType<NgrokEndpoint>()]
                : null;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or JsonException)
        {
            return null;    // whatever listens there is no agent
        }
    }

    private static (string? Public, string? Local) OfEndpoint(JsonElement item) =>
        (Text(item, "url"), item.TryGetProperty("upstream", out var upstream) ? Text(upstream, "url") : null);

    private static (string? Public, string? Local) OfTunnel(JsonElement item) =>
        (Text(item, "public_url"), item.TryGetProperty("config", out var config) ? Text(config, "addr") : null);

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>A public address, and the port of this machine that it leads to.</summary>
/// <param name="Public">Its root.</param>
/// <param name="Port">The port; null when it leads to another machine.</param>
internal sealed record NgrokEndpoint(Uri Public, int? Port)
{
    /// <summary>Reads what the agent tells; the local side may be a URL, <c>localhost:8787</c>, or a port alone. Null where it is no web address.</summary>
    public static NgrokEndpoint? Of(string? publicUrl, string? local)
    {
        if (!Uri.TryCreate(publicUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            return null;
        var target = local is not null ? Handlers.ForwardAddress.Parse(local) : null;
        return new(url, target is { IsLoopback: true } || target?.Host is "0.0.0.0" ? target.Port : null);
    }
}
