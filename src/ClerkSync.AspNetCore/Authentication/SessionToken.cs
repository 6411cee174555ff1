using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;

namespace ClerkSync.AspNetCore;

/// <summary>A token that can be read. Nothing of it is proved.</summary>
internal sealed record SessionToken(JsonElement Header, JsonElement Claims)
{
    /// <summary>In characters. Browsers keep cookies of up to 4096 bytes, and Clerk keeps below that.</summary>
    public const int Longest = 16 * 1024;

    private const int Depth = 32;

    // characters of base64url, and nothing else: no padding, no blanks
    private static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    public string? HeaderText(string name) => TextOf(Header, name);

    public string? Text(string name) => TextOf(Claims, name);

    public static bool TryRead(string text, [NotNullWhen(true)] out SessionToken? token)
    {
        token = null;
        if (text.Length > Longest || text.Split('.') is not [var header, var payload, var signature])
            return false;
        if (!TryReadObject(header, out var readHeader) || !TryReadObject(payload, out var claims) || !TryDecode(signature, out _))
            return false;
        token = new(readHeader, claims);
        return true;
    }

    private static bool TryReadObject(string part, out JsonElement value)
    {
        value = default;
        if (!TryDecode(part, out var bytes) || !Utf8.IsValid(bytes))
            return false;
        try
        {
            // a name that stands there twice has two readers
            value = JsonElement.Parse(bytes, new JsonDocumentOptions { MaxDepth = Depth, AllowDuplicateProperties = false });
            return value.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>One text for the same bytes: what has another spelling is no token.</summary>
    private static bool TryDecode(string part, out byte[] bytes)
    {
        bytes = [];
        if (part.Length == 0 || part.AsSpan().ContainsAnyExcept(Alphabet) || part.Length % 4 == 1)
            return false;
        var decoded = new byte[Base64Url.GetMaxDecodedLength(part.Length)];
        if (Base64Url.DecodeFromChars(part, decoded, out _, out var length) != OperationStatus.Done)
            return false;
        bytes = decoded[..length];
        return Base64Url.EncodeToString(bytes) == part;
    }

    private static string? TextOf(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && IsText(value, out var text) ? text : null;

    /// <summary>A lone surrogate is JSON, but no text.</summary>
    public static bool IsText(JsonElement value, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = value.GetString();
            return text is not null;
        }
        catch (InvalidOperationException)
        {
            text = null;
            return false;
        }
    }
}
