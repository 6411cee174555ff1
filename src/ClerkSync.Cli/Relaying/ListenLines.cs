using System.Text.Json;

namespace ClerkSync.Cli.Relaying;

/// <summary>One JSON object per line on standard output, in the form of Clerk's own command line.</summary>
internal sealed class ListenLines(CliHost host, ListenSettings settings) : ListenOutput(host, settings)
{
    public override void Arrived(SeenRequest request)
    {
        // a line tells of the delivery and its answer
    }

    public override void Answered(SeenRequest request, RelayReply reply, TimeSpan took) => Write("event", writer =>
    {
        writer.WriteString("svix_id", request.Id);
        writer.WriteString("event_type", request.EventType);
        writer.WriteStartObject("headers");
        foreach (var header in request.Request.Headers.GroupBy(header => header.Key, header => header.Value, StringComparer.Ordinal))
            writer.WriteString(header.Key, string.Join(", ", header));
        writer.WriteEndObject();
        writer.WriteBase64String("body_b64", request.Request.Body.Span);
        writer.WriteNumber("forward_status", reply.Status);
        writer.WriteNumber("latency_ms", (long)Math.Round(took.TotalMilliseconds));
    });

    protected override void Ready(Uri inbox) => Write("ready", writer =>
    {
        writer.WriteString("relay_url", inbox.AbsoluteUri);
        writer.WriteString("forward_to", Settings.ForwardTo.AbsoluteUri);
    });

    protected override void Again()
    {
        // the events tell it
    }

    protected override void Lost(string why, bool isFirst, bool wasReady)
    {
        if (isFirst)
            Write("reconnecting", _ => { });
        if (isFirst || !wasReady)
            Host.Error.WriteLine($"relay: {why}");
    }

    private void Write(string type, Action<Utf8JsonWriter> write)
    {
        Host.Pipe.WriteLine(JsonText.Of(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("type", type);
            write(writer);
            writer.WriteEndObject();
        }));
        Host.Pipe.Flush();
    }
}
