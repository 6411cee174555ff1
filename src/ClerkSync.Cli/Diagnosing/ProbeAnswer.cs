using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using ClerkSync.Handlers;

namespace ClerkSync.Cli.Diagnosing;

/// <summary>What came back from an endpoint, or from whoever stands in front of it.</summary>
internal sealed partial class ProbeAnswer
{
    private const int LongestText = 300;

    /// <summary>What is shorter is found in any text.</summary>
    private const int ShortestSecret = 3;

    private readonly Dictionary<string, string> _headers = new(StringComparer.OrdinalIgnoreCase);
    private readonly string[] _secrets = [];

    public ProbeAnswer(Uri url, ProbeFailure failure) => (Url, Failure) = (url, failure);

    public ProbeAnswer(Uri url, HttpResponseMessage response, string body, TimeSpan elapsed)
    {
        (Url, Body, Elapsed, Status) = (url, body, elapsed, (int)response.StatusCode);
        foreach (var (name, values) in response.Headers.NonValidated)
            _headers[name] = values.ToString();
        foreach (var (name, values) in response.Content.Headers.NonValidated)
            _headers[name] = values.ToString();
        _secrets = [.. Sent(url, response.RequestMessage).Where(s => s.Length >= ShortestSecret).SelectMany(Written).Distinct(StringComparer.OrdinalIgnoreCase)];
        ReadJson(body);
    }

    public Uri Url { get; }

    public ProbeFailure Failure { get; }

    /// <summary>The HTTP status; 0 when there was no answer.</summary>
    public int Status { get; }

    public string Body { get; } = "";

    public TimeSpan Elapsed { get; }

    /// <summary>What ClerkSync made of a delivery, such as <c>ignored</c>.</summary>
    public string? Result { get; private set; }

    /// <summary>ClerkSync's sentence about a refusal; null for none, and for one that may not be shown.</summary>
    public string? Error { get; private set; }

    /// <summary>ClerkSync's code of a refusal.</summary>
    public string? Reason { get; private set; }

    /// <summary>Whether ClerkSync gave the answer, and nobody in front of it.</summary>
    public bool IsOfClerkSync { get; private set; }

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
                if (Header(name) is { } value && Clean(value).Length > 0)
                    parts.Add($"{name}: {Clean(value)}");
            }

            if (Excerpt() is { Length: > 0 } excerpt)
                parts.Add($"it says: {excerpt}");
            return string.Join("; ", parts) + ".";
        }
    }

    /// <summary>
    /// What somebody answered, made fit to be shown: one line, cut, and nothing at all where it repeats what was sent and can be a secret: user and password, the query, the signature.
    /// </summary>
    public string Clean(string text)
    {
        if (_secrets.Any(s => text.Contains(s, StringComparison.OrdinalIgnoreCase)))
            return "";
        var line = PlainText.Line(text.Length <= LongestText * 2 ? text : text[..(LongestText * 2)]);
        return line.Length <= LongestText ? line : line[..LongestText] + "…";
    }

    private string Excerpt() => IsPage ? Clean(Title().Match(Body).Groups["title"].Value) : Clean(Error ?? Body).TrimEnd('.');

    /// <summary>What was sent and must not be shown when it comes back.</summary>
    private static IEnumerable<string> Sent(Uri url, HttpRequestMessage? request)
    {
        var query = url.Query.TrimStart('?');
        foreach (var text in query.Split('&').Select(p => p.Split('=', 2)[^1]).Concat(url.UserInfo.Split(':')).Append(query).Append(url.UserInfo))
        {
            yield return text;
            yield return Uri.UnescapeDataString(text);
        }

        if (url.UserInfo.Length > 0)
            yield return Probe.BasicOf(url);
        foreach (var signature in request?.Headers.TryGetValues("svix-signature", out var values) == true ? values.SelectMany(v => v.Split(' ', ',')) : [])
            yield return signature;
    }

    /// <summary>A text as it may stand in JSON, HTML and addresses.</summary>
    private static string[] Written(string text) => [text, JsonEncodedText.Encode(text).ToString(), WebUtility.HtmlEncode(text), Uri.EscapeDataString(text)];

    /// <summary>An address that may be shown.</summary>
    public static string Shown(Uri url) => ForwardAddress.Shown(url);

    private void ReadJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return;
            if (document.RootElement.TryGetProperty("received", out _))
                Result = Text("result");
            else
                (Error, Reason) = (Text("error"), Text("reason"));
            IsOfClerkSync = Result is not null || (Error is not null && Reason is not null);
            Error = Error is { Length: > 0 } ? Error : null;

            string? Text(string name) =>
                document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? Clean(value.GetString()!) : null;
        }
        catch (JsonException)
        {
            // whoever answered is not ClerkSync
        }
    }

    [GeneratedRegex("<title[^>]*>(?<title>[^<]{1,200})", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Title();
}
