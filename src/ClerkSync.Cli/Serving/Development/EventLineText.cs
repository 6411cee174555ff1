using System.Globalization;
using ClerkSync.Cli.Reports;
using ClerkSync.Handlers;
using ClerkSync.Signing;
using Spectre.Console;

namespace ClerkSync.Cli.Serving.Development;

/// <summary>Writes the lines of <see cref="EventLines"/> to standard output. What came from outside goes through <see cref="PlainText"/>.</summary>
internal sealed class EventLineText(CliHost host)
{
    private const int LongestError = 160;

    private readonly Lock _lock = new();

    /// <summary>Added to a signature that does not fit; null for nothing.</summary>
    public Func<string?> SecretHint { get; set; } = static () => null;

    /// <summary>An event, with the results of its handlers so far.</summary>
    public void Write(EventLine line, IReadOnlyList<RunOutcome> attempts, int missing)
    {
        var handlers = string.Concat(attempts.Select(a => "  " + Result(a)));
        if (missing > 0)
            handlers += string.Create(CultureInfo.InvariantCulture, $"  {missing} {(missing == 1 ? "handler" : "handlers")} not done yet");
        var why = line.Why.Length == 0 ? "" : "  " + PlainText.Line(line.Why);
        Write(
            string.Create(CultureInfo.InvariantCulture, $"{line.At:HH:mm:ss}  {PlainText.Line(line.Type)}  {PlainText.Line(line.ObjectId)}  "),
            line.Result,
            string.Create(CultureInfo.InvariantCulture, $"  {line.Took.TotalMilliseconds:0} ms{handlers}{why}"));
    }

    /// <summary>A later result of a handler.</summary>
    public void Write(DateTimeOffset at, RunOutcome attempt) => Write(
        string.Create(CultureInfo.InvariantCulture, $"{at:HH:mm:ss}  {PlainText.Line(attempt.Run.EventType)}  {PlainText.Line(attempt.Run.ObjectId ?? "-")}  "),
        "handled",
        string.Create(CultureInfo.InvariantCulture, $"  attempt {attempt.Run.Attempts}: {Result(attempt)}"));

    /// <summary>A request that was not taken.</summary>
    public void Write(DateTimeOffset at, int status, string path, DeliveryRefusal? refusal)
    {
        var (code, sentence) = refusal is not null ? (refusal.Code, refusal.Message)
            : status == 404 ? ("not_found", $"There is nothing at {PlainText.Line(path)}: the endpoint's path is in the line \"Listening on\" above.")
            : ("refused", "It was answered before it came to the endpoint.");
        var hint = refusal?.Reason is RefusalReason.SignatureMismatch ? SecretHint() : null;
        Write(
            $"{at.ToString("HH:mm:ss", CultureInfo.InvariantCulture)}  ",
            string.Create(CultureInfo.InvariantCulture, $"{status} {code}"),
            $"  {hint ?? sentence}");
    }

    private string Result(RunOutcome attempt)
    {
        var took = attempt.EndedAt - attempt.Run.StartedAt;
        var name = PlainText.Line(attempt.Run.Handler);
        var status = attempt.Answer is { } answer ? string.Create(CultureInfo.InvariantCulture, $"{answer.Status} ") : "";
        if (attempt.State == RunStates.Succeeded)
            return string.Create(CultureInfo.InvariantCulture, $"{name} {(status.Length > 0 ? status : "done ")}{took} ms");
        var error = PlainText.Line(attempt.Error ?? "");
        if (error.Length > LongestError)
            error = error[..LongestError] + "…";
        var next = attempt.DueAt is { } due ? $"again at {TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(due), host.Time.LocalTimeZone).ToString("HH:mm:ss", CultureInfo.InvariantCulture)}" : "given up";
        return string.Create(CultureInfo.InvariantCulture, $"{name} failed {took} ms, {next}: {error}");
    }

    private void Write(string before, string result, string after)
    {
        // handlers and requests end at the same time
        lock (_lock)
        {
            if (host.OutIsTerminal)
            {
                // only the result goes through the screen, which would break the rest into lines
                host.Out.Write(before);
                host.Screen.Markup(Coloured(result));
                host.Out.WriteLine(after);
            }
            else
                host.Out.WriteLine(before + result + after);
            host.Out.Flush();
        }
    }

    private static string Coloured(string result) => char.IsAsciiDigit(result[0]) ? $"[red]{Markup.Escape(result)}[/]" : StoredMessageText.Coloured(result);
}
