using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using ClerkSync.Handlers;

namespace ClerkSync.Cli.Diagnosing;

/// <summary>What came back from an endpoint, or from whoever stands in front of it.</summary>
internal sealed partial class ProbeAnswer
{
    private const int LongestExcerpt = 200;

    private readonly Dictionary<string, string> _headers = new(StringComparer.OrdinalIgnoreCase);

    public ProbeAnswer(Uri url, ProbeFailure failure) => (Url, Failure) = (url, failure);

    public ProbeAnswer(Uri url, HttpResponseMessage response, string body, TimeSpan elapsed)
    {
        (Url, Body, Elapsed, Status) = (url, body, elapsed, (int)response.StatusCode);
        foreach (var (name, values) in response.Headers.NonValidated)
            _headers[name] = values.ToString();
        foreach (var (name, values) in response.Content.Headers.NonValidated)
            _headers[name] = values.ToString();
        (Result, Why, Error, Reason) = ReadJson(body);
    }

    public Uri Url { get; }

    public ProbeFailure Failure { get; }

    /// <summary>The HTTP status; 0 when there was no answer.</summary>
    public int Status { get; }

    public string Body { get; } = "";

    public TimeSpan Elapsed { get; }

    /// <summary>What ClerkSync made of a delivery, such as <c>ignored</c>.</summary>
    public string? Result { get; }

    public string? Why { get; }

    /// <summary>ClerkSync's sentence about a refusal.</summary>
    public string? Error { get; }

    /// <summary>ClerkSync's code of a refusal.</summary>
    public string? Reason { get; }

    /// <summary>Whether ClerkSync gave the answer, and nobody in front of it.</summary>
    public bool IsOfClerkSync => Result is not null || (Error is not null && Reason is not null);

    public bool IsAccepted => Status is >= 200 and < 300;

    /// <summary>A page for people, which no webhook endpoint answers with.</summary>
    public bool IsPage => Header("Content-Type")?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true || Body.AsSpan().TrimStart().StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase);

    /// <summary>Where a redirect leads, whole.</summary>
    public Uri? Location => Header("Location") is { } text && Uri.TryCreate(Url, text, out var location) && location.Scheme is "http" or "https" ? location : null;

    public string? Header(string name) => _headers.GetValueOrDefault(name);

    public bool Says(string text) => Body.Contains(text, StringComparison.OrdinalIgnoreCase);

    /// <summary>Status, who answered by its own word, and the beginning of what it said.</summary>
    public string Detail
    {
        get
        {
            var parts = new List<string> { string.Create(CultureInfo.InvariantCulture, $"Status {Status} ({(HttpStatusCode)Status}) after {Elapsed.TotalMilliseconds:0} ms") };
            if (IsOfClerkSync)
                parts.Add("answered by ClerkSync");
            foreach (var name in (string[])["Server", "Via"])
            {
                if (Header(name) is { Length: > 0 } value)
                    parts.Add($"{name}: {Cut(PlainText.Line(value))}");
            }

            if (Excerpt() is { Length: > 0 } excerpt)
                parts.Add($"it says: {excerpt}");
            return string.Join("; ", parts) + ".";
        }
    }

    private string? Excerpt()
    {
        var text = PlainText.Line(IsPage ? Title().Match(Body).Groups["title"].Value : Error ?? Body);

        // a server may repeat the address, and its query can be a password
        var secrets = Uri.UnescapeDataString(Url.Query).TrimStart('?').Split('&').SelectMany(p => p.Split('=')).Concat(Uri.UnescapeDataString(Url.UserInfo).Split(':')).Append(Url.Query.TrimStart('?'));
        return secrets.Any(s => s.Length > 2 && text.Contains(s, StringComparison.OrdinalIgnoreCase)) ? null : Cut(text).TrimEnd('.');
    }

    /// <summary>An address that may be shown.</summary>
    public static string Shown(Uri url) => ForwardAddress.Shown(url);

    private static string Cut(string text) => text.Length <= LongestExcerpt ? text : text[..LongestExcerpt] + "…";

    private static (string? Result, string? Why, string? Error, string? Reason) ReadJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind != JsonValueKind.Object ? default
                : document.RootElement.TryGetProperty("received", out _) ? (Text("result"), Text("why"), null, null)
                : (null, null, Text("error"), Text("reason"));

            string? Text(string name) =>
                document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? PlainText.Line(value.GetString()!) : null;
        }
        catch (JsonException)
        {
            return default;
        }
    }

    [GeneratedRegex("<title[^>]*>(?<title>[^<]{1,200})", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Title();
}
