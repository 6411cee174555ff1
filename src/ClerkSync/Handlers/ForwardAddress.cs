using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ClerkSync.Handlers;

/// <summary>The address of an endpoint, as people write it: a URL, <c>localhost:3000/path</c>, or only a port.</summary>
internal static class ForwardAddress
{
    /// <summary>Where Clerk's guides put the route.</summary>
    public const string DefaultPath = "/api/webhooks/clerk";

    private const int LongestName = 120;

    /// <summary>Reads an address. Without a path it is <see cref="DefaultPath"/>.</summary>
    /// <returns>The URL, which may hold user info; null when the text is no address.</returns>
    public static Uri? Parse(string text)
    {
        var typed = text.Trim();
        if (int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            if (port is < 1 or > 65535)
                return null;
            typed = $"http://localhost:{typed}";
        }

        if (!typed.Contains("://", StringComparison.Ordinal))
            typed = $"{(IsNearby(typed) ? "http" : "https")}://{typed}";
        if (!Uri.TryCreate(typed, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0)
            return null;
        var hasPath = typed.IndexOf('/', typed.IndexOf("://", StringComparison.Ordinal) + 3) >= 0;
        return hasPath || url.Query.Length > 0 ? url : new Uri(url, DefaultPath);
    }

    /// <summary>The URL without user info and query, in which secrets may stand.</summary>
    public static string Shown(Uri url) => url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <summary>A text that is no address, without what may be a password or a token in it.</summary>
    public static string Shown(string text)
    {
        var cut = text.IndexOfAny(['?', '#']);
        var kept = cut < 0 ? text : text[..cut];
        if (cut >= 0 && text.LastIndexOf('@') > cut)
        {
            // either a password with such a sign in it, or a query with an @: nothing tells which
            var scheme = kept.IndexOf("://", StringComparison.Ordinal);
            return scheme < 0 || kept[..scheme].Any(c => !char.IsAsciiLetterOrDigit(c)) ? "…" : $"{kept[..scheme]}://…";
        }

        var shown = new string([.. kept[(kept.LastIndexOf('@') + 1)..].Trim().Select(c => char.IsControl(c) ? ' ' : c)]);
        return shown.Length > 200 ? shown[..200] + "…" : shown;
    }

    /// <summary>The name that a forward has by itself. A port stands in it unless it is that of HTTPS.</summary>
    public static string NameOf(Uri url)
    {
        var port = url.Scheme == "https" && url.IsDefaultPort ? "" : string.Create(CultureInfo.InvariantCulture, $":{url.Port}");
        return NameOf($"{url.Host}{port}{url.AbsolutePath}");
    }

    /// <summary>A name of allowed letters only; a long one ends in a hash, so that two of them differ.</summary>
    public static string NameOf(string text)
    {
        var name = "forward:" + new string([.. text.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or ':' or '/' or '*' or ',' or '+' ? c : '-')]);
        return name.Length <= LongestName
            ? name
            : $"{name[..(LongestName - 9)]}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 4))}";
    }

    /// <summary>This machine or a private name of it: plain HTTP unless the user says otherwise.</summary>
    private static bool IsNearby(string text)
    {
        var host = text.Split('/', 2)[0];
        return host.StartsWith('[') || host.StartsWith("localhost", StringComparison.OrdinalIgnoreCase) || host.StartsWith("127.", StringComparison.Ordinal)
            || host.StartsWith("0.0.0.0", StringComparison.Ordinal) || host.StartsWith("host.docker.internal", StringComparison.OrdinalIgnoreCase)
            || !host.Contains('.', StringComparison.Ordinal);
    }
}
