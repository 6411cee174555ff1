using System.Text.Json;

namespace ClerkSync.Cli;

/// <summary>A delivery out of the capture format that <c>webhooks listen --json</c> writes, one JSON object per line. What is missing there is null.</summary>
internal sealed record CapturedDelivery(string? Id, string? Timestamp, string? Signature, byte[]? Body)
{
    /// <summary>The first delivery of the lines; those that only tell of the connection are passed over.</summary>
    /// <exception cref="CliException">There is none, or a line is not JSON.</exception>
    public static CapturedDelivery FirstOf(byte[] lines)
    {
        var number = 0;
        var rest = lines.AsMemory();
        while (rest.Length > 0)
        {
            number++;
            var end = rest.Span.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (line.Span.TrimStart(" \t\r"u8).Length == 0)
                continue;
            if (Read(line, number) is { } delivery)
                return delivery;
        }

        throw CliErrors.NoDeliveryInCapture();
    }

    private static CapturedDelivery? Read(ReadOnlyMemory<byte> line, int number)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                throw CliErrors.BadCaptureLine(number);
            if (Text(root, "type") is "ready" or "reconnecting")
                return null;

            var headers = root.TryGetProperty("headers", out var found) && found.ValueKind == JsonValueKind.Object ? found : default;
            var prefix = Header(headers, "svix-signature") is not null ? "svix-" : "webhook-";
            return new CapturedDelivery(
                Header(headers, prefix + "id") ?? Text(root, "svix_id"),
                Header(headers, prefix + "timestamp"),
                Header(headers, prefix + "signature"),
                root.TryGetProperty("body_b64", out var body) && body.ValueKind == JsonValueKind.String ? body.GetBytesFromBase64() : null);
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            throw CliErrors.BadCaptureLine(number);
        }
    }

    private static string? Header(JsonElement headers, string name)
    {
        if (headers.ValueKind != JsonValueKind.Object)
            return null;
        foreach (var header in headers.EnumerateObject())
        {
            if (!string.Equals(header.Name, name, StringComparison.OrdinalIgnoreCase))
                continue;
            return header.Value.ValueKind switch
            {
                JsonValueKind.String => header.Value.GetString(),
                JsonValueKind.Array when header.Value.GetArrayLength() == 1 => header.Value[0].ToString(),
                _ => null,
            };
        }

        return null;
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
