using System.Text;

namespace ClerkSync.Database.Tests.BadInput;

/// <summary>Bodies about one user, written as text so that every byte can be odd.</summary>
internal static class UserBodies
{
    public const string Instance = "ins_3B91RIADOEaq07LDgixv9xe7Yai";

    public const long BadAt = 1_785_400_001_000;

    public static byte[] Before(string id) => Utf8(Envelope($$"""{"id":"{{id}}","object":"user","first_name":"Before","updated_at":1785400000000}""", type: "\"user.created\""));

    public static byte[] After(string id) => Utf8(Envelope($$"""{"id":"{{id}}","object":"user","first_name":"After","updated_at":1785400002000}""", "1785400002000"));

    /// <summary>A body around the text of <c>data</c>.</summary>
    public static string Envelope(string data, string timestamp = "1785400001000", string type = "\"user.updated\"") =>
        $$"""{"data":{{data}},"event_attributes":{},"instance_id":"{{Instance}}","object":"event","timestamp":{{timestamp}},"type":{{type}}}""";

    /// <summary>A well-formed update with further members.</summary>
    public static string With(string id, string members) => Envelope(Data(id, members));

    /// <summary>The <c>data</c> of a well-formed update with further members, which come first.</summary>
    public static string Data(string id, string members) => $$"""{{{members}},"first_name":"Bad","id":"{{id}}","object":"user","updated_at":1785400001000}""";

    public static byte[] Utf8(string text) => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetBytes(text);
}
