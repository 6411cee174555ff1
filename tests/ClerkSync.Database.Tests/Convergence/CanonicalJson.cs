using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace ClerkSync.Database.Tests.Convergence;

/// <summary>The canonical form as the design words it, written a second time: compact, sorted keys, decoded escapes, no secrets.</summary>
internal static class CanonicalJson
{
    private static readonly string[] Secrets = ["url", "nonce", "ticket", "token", "otp_code", "backup_codes"];

    /// <summary>The text whose hash breaks ties.</summary>
    public static string Of(JsonNode? node) => Text(node, ofMetadata: false, normalizeNumbers: false);

    /// <summary>The same with one spelling for equal numbers, to compare with what a database made of them.</summary>
    public static string Comparable(JsonNode? node) => Text(node, ofMetadata: false, normalizeNumbers: true);

    private static string Text(JsonNode? node, bool ofMetadata, bool normalizeNumbers)
    {
        switch (node)
        {
            case null:
                return "null";
            case JsonObject members:
                var kept = members
                    .Where(m => ofMetadata || !Secrets.Contains(m.Key, StringComparer.Ordinal))
                    .OrderBy(m => m.Key, StringComparer.Ordinal)
                    .Select(m => $"{Quoted(m.Key)}:{Text(m.Value, ofMetadata || m.Key.EndsWith("_metadata", StringComparison.Ordinal), normalizeNumbers)}");
                return $"{{{string.Join(',', kept)}}}";
            case JsonArray items:
                return $"[{string.Join(',', items.Select(i => Text(i, ofMetadata, normalizeNumbers)))}]";
            case JsonValue value when value.TryGetValue<string>(out var text):
                return Quoted(text);
            default:
                var written = node.ToJsonString();
                if (!decimal.TryParse(written, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
                    return written;

                // A whole number with an exponent is written as the integer that it is.
                var isWhole = written.Contains('e', StringComparison.OrdinalIgnoreCase) && decimal.IsInteger(number);
                return normalizeNumbers || isWhole ? (number / 1.0000000000000000000000000000m).ToString(CultureInfo.InvariantCulture) : written;
        }
    }

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            quoted.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\t' => "\\t",
                _ => c.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }
}
