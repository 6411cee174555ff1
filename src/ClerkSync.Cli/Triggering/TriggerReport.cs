using System.Globalization;
using Spectre.Console;

namespace ClerkSync.Cli.Triggering;

/// <summary>Tells what became of each delivery: a line each on standard output, a summary on standard error.</summary>
internal sealed class TriggerReport(CliHost host, bool json) : IAsyncDisposable
{
    private int _accepted;
    private int _refused;

    /// <summary>A bar is for people: on a terminal, and not between lines of JSON.</summary>
    public bool MayShowProgress => host.OutIsTerminal && !json;

    public void Begin(TriggerTarget target)
    {
        if (!json)
            host.Error.WriteLine($"Sending to {target}{(target.FoundIn is null ? "" : $" (found in {Path.GetRelativePath(host.WorkingDirectory, target.FoundIn)})")}");
    }

    public void Add(SampleMessage message, DeliveryAnswer answer)
    {
        if (answer.IsAccepted)
            _accepted++;
        else
            _refused++;

        if (json)
            host.Out.WriteLine(Json(message, answer));
        else
            WriteLine(message, answer);
    }

    /// <summary>Writes the summary.</summary>
    /// <returns>The exit code.</returns>
    public int End()
    {
        if (!json && _accepted + _refused > 1)
            host.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_accepted} accepted, {_refused} refused"));
        return _refused == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    public async ValueTask DisposeAsync() => await host.Out.FlushAsync();

    private void WriteLine(SampleMessage message, DeliveryAnswer answer)
    {
        var status = answer.Status?.ToString(CultureInfo.InvariantCulture) ?? "---";
        var milliseconds = Math.Round(answer.Elapsed.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        var more = answer.Error ?? answer.Why;
        if (!host.OutIsTerminal)
        {
            host.Out.WriteLine($"{message.Type}  {message.Id}  {status} {answer.Result}  {milliseconds} ms");
            if (more is not null)
                host.Out.WriteLine($"    {more}");
            return;
        }

        var colour = answer.IsAccepted ? "green" : "red";
        host.Screen.MarkupLine($"{Markup.Escape(message.Type)}  [dim]{message.Id}[/]  [{colour}]{status} {Markup.Escape(answer.Result)}[/]  [dim]{milliseconds} ms[/]");
        if (more is not null)
            host.Screen.MarkupLine($"    {Markup.Escape(more)}");
    }

    private static string Json(SampleMessage message, DeliveryAnswer answer) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("event_type", message.Type);
        writer.WriteString("svix_id", message.Id);
        if (answer.Status is { } status)
            writer.WriteNumber("status", status);
        else
            writer.WriteNull("status");
        writer.WriteString("result", answer.Result);
        if (answer.Why is not null)
            writer.WriteString("why", answer.Why);
        if (answer.Error is not null)
            writer.WriteString("error", answer.Error);
        writer.WriteNumber("latency_ms", Math.Round(answer.Elapsed.TotalMilliseconds));
        writer.WriteEndObject();
    });
}
