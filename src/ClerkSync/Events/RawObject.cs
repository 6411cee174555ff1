using System.Text.Json;
using System.Text.Unicode;

namespace ClerkSync.Events;

/// <summary>An object as an answer of Clerk's API has it: one canonical document, secrets cut out.</summary>
/// <param name="Document">Compact UTF-8 JSON, keys sorted, escapes decoded.</param>
/// <param name="Data">The same, parsed.</param>
/// <param name="Repairs">What had to be changed so that every database can hold the document.</param>
internal sealed record RawObject(ReadOnlyMemory<byte> Document, JsonElement Data, DocumentRepairs Repairs)
{
    /// <summary>The object's id, or null when there is none that could be a key.</summary>
    public string? Id => CanonicalDocument.Id(Data, "id");

    /// <summary>Reads an object.</summary>
    /// <returns>The object, or null when the text is none.</returns>
    public static RawObject? Read(ReadOnlyMemory<byte> json)
    {
        if (!Utf8.IsValid(json.Span))
            return null;
        try
        {
            var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = int.MaxValue });
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                return null;
            using var writer = new CanonicalWriter(json);
            writer.Write(ref reader);
            reader.Read();    // whatever follows would make it no JSON text: the reader throws
            var document = writer.ToDocument(type: "");
            return new(document, CanonicalDocument.Parse(document), writer.Repairs);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
