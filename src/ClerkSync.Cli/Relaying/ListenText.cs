using System.Globalization;
using System.Text;
using ClerkSync.Handlers;

namespace ClerkSync.Cli.Relaying;

/// <summary>Lines for a person, all on standard error.</summary>
internal sealed class ListenText(CliHost host, ListenSettings settings) : ListenOutput(host, settings)
{
    private const int LongestExcerpt = 500;

    private const int LongestName = 100;

    /// <summary>As many ids are remembered, to mark those that come again.</summary>
    private const int MostIds = 10_000;

    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private bool _isReady;
    private string? _lastLoss;

    public override void Arrived(SeenRequest request)
    {
        if (_ids.Count >= MostIds)
            _ids.Clear();
        var again = _ids.Add(Short(request.Id)) ? "" : "  (again)";
        Line($"--> {Short(request.EventType)}  {Short(request.Id)}{again}");
    }

    public override void Answered(SeenRequest request, RelayReply reply, TimeSpan took)
    {
        Line(string.Create(CultureInfo.InvariantCulture, $"<-- {reply.Status}  {Short(request.Request.Method)} {Settings.ForwardTo.AbsolutePath}  {took.TotalMilliseconds:0} ms  {Short(request.Id)}"));
        foreach (var hint in HintsAt(reply))
            Host.Error.WriteLine($"         {hint}");
    }

    protected override void Ready(Uri inbox)
    {
        var error = Host.Error;
        if (_isReady)
        {
            Line($"listening at {inbox}");
            return;
        }

        _isReady = true;
        error.WriteLine("Ready");
        error.WriteLine($"  Inbox          {inbox}");
        error.WriteLine($"  Forwarding to  {ForwardAddress.Shown(Settings.ForwardTo)}");
        error.WriteLine("  Signatures     passed on and not checked here: your route does that, with the signing secret of the endpoint");
        error.WriteLine();
        error.WriteLine("  Add the inbox as an endpoint in Clerk's Dashboard: https://dashboard.clerk.com/last-active?path=webhooks");
        error.WriteLine("  Whoever knows that address can post to it, and can read what arrives: treat it like a password.");
        if (!Settings.Token.IsPinned)
            error.WriteLine("  It is kept for you on this machine. For the same address elsewhere, name the token: --token c_… (it stands in the address).");
        error.WriteLine("  Ctrl+C ends it.");
        error.WriteLine();
    }

    protected override void Again()
    {
        _lastLoss = null;
        Line("relay: connected again");
    }

    protected override void Lost(string why, bool isFirst, bool wasReady)
    {
        if (!isFirst && string.Equals(why, _lastLoss, StringComparison.Ordinal))
            return;
        _lastLoss = why;
        Line($"relay: {why} Connecting{(wasReady ? " again" : "")}…");
    }

    private static IEnumerable<string> HintsAt(RelayReply reply)
    {
        if (reply.Problem is { } problem)
            return [problem, .. reply.Status == 502 ? (string[])["Does your server run, and on the port of --forward-to?"] : []];
        return reply.Status switch
        {
            >= 300 and < 400 => [$"Your route redirects{To(reply)}. Clerk follows no redirects, and neither does this: forward to that address, and use it in the Dashboard."],
            400 => ["400 is mostly a signature that does not fit: the secret of another endpoint, or a body that was parsed before it was verified.", "Verify the raw bytes of the request, before anything reads it as JSON.", .. Excerpt(reply)],
            401 or 403 => [$"{reply.Status.ToString(CultureInfo.InvariantCulture)}: the route asks for a login. Exclude it from authentication, in the middleware and in the route itself: a delivery carries a signature instead."],
            404 => ["There is no such route. Check the path of --forward-to."],
            405 => ["The route takes no POST."],
            >= 500 => Excerpt(reply),
            _ => [],
        };
    }

    private static string To(RelayReply reply) =>
        reply.Headers.FirstOrDefault(header => header.Key is "location").Value is { } location ? $" to {PlainText.Line(location)}" : "";

    private static IEnumerable<string> Excerpt(RelayReply reply)
    {
        var text = Encoding.UTF8.GetString(reply.Body.Span[..Math.Min(reply.Body.Length, LongestExcerpt * 4)]);
        var line = PlainText.Line(text.Length > LongestExcerpt ? text[..LongestExcerpt] : text);
        yield return line.Length == 0 ? "The answer has no body." : $"It says: {line}{(text.Length > LongestExcerpt ? "…" : "")}";
    }

    /// <summary>What a sender may make as long as it likes.</summary>
    private static string Short(string text) => PlainText.Line(text.Length > LongestName ? text[..LongestName] + "…" : text);

    private void Line(string text)
    {
        Host.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Host.Time.GetLocalNow():HH:mm:ss} {text}"));
        Host.Error.Flush();
    }
}
