using ClerkSync.Cli.Configuration;
using Microsoft.Extensions.Configuration;

namespace ClerkSync.Cli.Serving;

/// <summary>What the flags of <c>serve</c> say.</summary>
internal sealed record ServerSettings
{
    public const string DefaultPath = "/api/webhooks/clerk";

    private const string DefaultUrls = "http://127.0.0.1:8787";

    public bool IsDev { get; init; }

    /// <summary>Path of the webhook endpoint.</summary>
    public required string Path { get; init; }

    public bool Migrates { get; init; } = true;

    /// <summary>Flags that are settings; a value of null was not given.</summary>
    public required IReadOnlyList<(Setting Setting, string? Value)> Flags { get; init; }

    /// <summary>Addresses to listen on.</summary>
    /// <exception cref="CliException">One of them is no address.</exception>
    public static string[] UrlsOf(IConfiguration configuration)
    {
        var text = configuration.Get(Setting.Urls)
            ?? (configuration["PORT"] is { Length: > 0 } port ? PortUrl(port) : DefaultUrls);
        var urls = Split(text);
        return urls.Length == 0 ? [DefaultUrls] : urls;
    }

    /// <summary>Addresses that a setting names.</summary>
    /// <exception cref="CliException">One of them is no address.</exception>
    public static string[] Split(string text)
    {
        var urls = text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var url in urls)
        {
            // Kestrel's own wildcards are no host names that Uri takes.
            var probe = url.Replace("://+", "://any", StringComparison.Ordinal).Replace("://*", "://any", StringComparison.Ordinal);
            if (!Uri.TryCreate(probe, UriKind.Absolute, out var uri) || uri.Scheme is not "http" || uri.PathAndQuery != "/")
                throw CliErrors.BadListenUrl(url);
        }

        return urls;
    }

    /// <summary>Where events are forwarded to: the addresses of flag and environment, and the section of the file.</summary>
    /// <exception cref="CliException">The section has mistakes, or a forward leads back here.</exception>
    public IReadOnlyList<ForwardSetting> ForwardsOf(IConfiguration configuration)
    {
        var forwards = ForwardsSection.Read(configuration);
        string[] problems = [.. forwards.Select(f => f.LoopProblem(UrlsOf(configuration), Path)).OfType<string>()];
        return problems.Length == 0 ? forwards : throw CliErrors.BadForwards(problems);
    }

    /// <summary>Where a platform sets PORT, its router comes from outside.</summary>
    private static string PortUrl(string port) =>
        ushort.TryParse(port, System.Globalization.CultureInfo.InvariantCulture, out var number) && number > 0
            ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"http://0.0.0.0:{number}")
            : throw CliErrors.BadPort(port);
}
