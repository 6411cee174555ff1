using System.Text;

namespace ClerkSync.Cli.Triggering;

/// <summary>A delivery ready to be sent.</summary>
internal sealed record SignedSample(string Type, string Id, byte[] Body, IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    /// <summary>Headers, an empty line and the body; or one line of the capture format that <c>webhooks verify --delivery</c> reads.</summary>
    public string ToText(bool json)
    {
        if (!json)
        {
            var headers = string.Concat(Headers.Select(header => $"{header.Key}: {header.Value}\n"));
            return $"content-type: application/json\n{headers}\n{Encoding.UTF8.GetString(Body)}\n";
        }

        return JsonText.Of(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("type", "event");
            writer.WriteString("svix_id", Id);
            writer.WriteString("event_type", Type);
            writer.WriteStartObject("headers");
            writer.WriteString("content-type", "application/json");
            foreach (var (name, value) in Headers)
                writer.WriteString(name, value);
            writer.WriteEndObject();
            writer.WriteBase64String("body_b64", Body);
            writer.WriteNull("forward_status");
            writer.WriteNull("latency_ms");
            writer.WriteEndObject();
        }) + "\n";
    }
}
