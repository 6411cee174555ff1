using System.Buffers;
using System.Text.Json;

namespace ClerkSync.Events;

/// <summary>Writes events as Clerk would send them: for tests, samples and tools. What was read and not changed comes out equal, field by field.</summary>
/// <remarks>
/// Equal means the same JSON, not the same bytes: fields may stand in another order. To pass a delivery on with its signature intact, keep its bytes.
/// Only the first of repeated fields and lone surrogates are not brought back; see <see cref="ClerkEventReader"/>.
/// </remarks>
public static class ClerkEventWriter
{
    /// <summary>Writes one event as compact UTF-8 JSON.</summary>
    /// <param name="clerkEvent">The event, read or made by hand.</param>
    /// <returns>The bytes of a body.</returns>
    public static byte[] Write(ClerkEvent clerkEvent)
    {
        ArgumentNullException.ThrowIfNull(clerkEvent);
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { MaxDepth = ClerkEventReader.MaxDepth }))
        {
            writer.WriteStartObject();
            WriteData(writer, clerkEvent);
            if (clerkEvent.EventAttributes is { } attributes)
            {
                WriteObject(writer, "event_attributes", attributes);
            }

            WriteText(writer, "instance_id", clerkEvent.InstanceId);
            WriteText(writer, "object", clerkEvent.ObjectType);
            if (clerkEvent.Timestamp is { } timestamp)
            {
                writer.WriteNumber("timestamp", timestamp);
            }

            writer.WriteString("type", clerkEvent.Type);
            WriteRest(writer, clerkEvent);
            writer.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static void WriteData(Utf8JsonWriter writer, ClerkEvent clerkEvent)
    {
        if (clerkEvent.Resource is { } resource)
        {
            WriteObject(writer, "data", resource);
        }
        else if (clerkEvent is UnknownEvent { Data: { ValueKind: not JsonValueKind.Undefined } data })
        {
            writer.WritePropertyName("data");
            data.WriteTo(writer);
        }
    }

    private static void WriteObject(Utf8JsonWriter writer, string name, ClerkObject value)
    {
        writer.WritePropertyName(name);
        ClerkObjectWriter.Write(writer, value);
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    private static void WriteRest(Utf8JsonWriter writer, ClerkEvent clerkEvent)
    {
        foreach (var (name, value) in clerkEvent.ExtensionData)
        {
            var isSet = name switch
            {
                "type" or "data" => true,
                "event_attributes" => clerkEvent.EventAttributes is not null,
                "instance_id" => clerkEvent.InstanceId is not null,
                "object" => clerkEvent.ObjectType is not null,
                "timestamp" => clerkEvent.Timestamp is not null,
                _ => false,
            };
            if (!isSet)
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }
        }
    }
}
