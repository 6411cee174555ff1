using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ClerkSync.Events;

namespace ClerkSync.Emulator.Objects;

/// <summary>
/// Users who signed up one after the other, a minute apart, before the emulator started. One document is rendered once and cut at its places; a user is
/// these pieces and the values between them.
/// </summary>
internal sealed class GeneratedUsers : GeneratedObjects
{
    private const long Apart = 60_000;
    private const long FirstMark = 1_000_000_000_000_001;

    private static readonly byte[][] FirstNames = Bytes("Ada Alan Barbara Björn Chidi Claire Dilip Edsger Elif Frances Grace Hana Hedy Ivan Jun Katherine Lin Mara Nadia Olu Radia Søren Tomás Wisława");
    private static readonly byte[][] LastNames = Bytes("Adeyemi Bianchi Castillo Dijkstra Eriksson Fontaine Goldberg Hamilton Ito Jensen Kowalska Lamarr Lovelace Moreau Novák Okafor Perlman Quinn Rossi Silva Turing Ueda Varga Żak");

    private readonly ClerkIds _ids;
    private readonly ulong _userKey;
    private readonly ulong _emailKey;
    private readonly long _start;
    private readonly List<(byte[] Before, Place Place)> _pieces = [];
    private readonly byte[] _last;

    public GeneratedUsers(int count, ClerkIds ids, long now)
        : base(count)
    {
        _ids = ids;
        _userKey = ids.KeyOf(UserKind.Prefix);
        _emailKey = ids.KeyOf("idn_");
        _start = now - ((count + 1) * Apart);
        _last = Cut(Template());
    }

    private enum Place
    {
        CreatedAt,
        Address,
        AddressId,
        FirstName,
        Id,
        Image,
        LastName,
        ExternalId,
    }

    public override string IdOf(int index) => _ids.Make(UserKind.Prefix, index);

    public override int? IndexOf(string id) => _ids.NumberOf(UserKind.Prefix, id) is { } number and >= 0 && number < Count ? (int)number : null;

    public override long CreatedAt(int index) => _start + (index * Apart);

    public override void Write(int index, ByteBuffer into)
    {
        var random = ClerkIds.Scramble(_userKey ^ (ulong)index);
        Span<byte> text = stackalloc byte[48];
        foreach (var (before, place) in _pieces)
        {
            into.Append(before);
            switch (place)
            {
                case Place.CreatedAt:
                    Number(CreatedAt(index), into);
                    break;
                case Place.Address:
                    into.Append("person"u8);
                    Number(index, into);
                    into.Append("@example.com"u8);
                    break;
                case Place.AddressId or Place.Id:
                    ClerkIds.Write(place == Place.Id ? _userKey : _emailKey, index, text[..27]);
                    into.Append(text[..27]);
                    break;
                case Place.FirstName:
                    into.Append(FirstNames[random % (ulong)FirstNames.Length]);
                    break;
                case Place.LastName:
                    into.Append(LastNames[(random >> 16) % (ulong)LastNames.Length]);
                    break;
                case Place.Image:
                    Utf8Formatter.TryFormat(random, text, out var written, new('x', 16));
                    into.Append(text[..written]);
                    break;
                case Place.ExternalId:
                    into.Append("crm-"u8);
                    Number(index, into);
                    break;
            }
        }

        into.Append(_last);
    }

    private static void Number(long value, ByteBuffer into)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, digits, out var written);
        into.Append(digits[..written]);
    }

    // the same members as any other user, with a mark wherever a value belongs
    private static string Template()
    {
        var user = UserKind.NewDocument($"https://img.clerk.com/{Mark(Place.Image)}");
        user["id"] = UserKind.Prefix + Mark(Place.Id);
        user["object"] = "user";
        user["created_at"] = FirstMark;
        user["updated_at"] = FirstMark;
        user["last_active_at"] = FirstMark;
        user["external_id"] = Mark(Place.ExternalId);
        user["first_name"] = Mark(Place.FirstName);
        user["last_name"] = Mark(Place.LastName);
        user["password_enabled"] = true;
        user["primary_email_address_id"] = "idn_" + Mark(Place.AddressId);
        user["email_addresses"] = new JsonArray(UserIdentity.Email.NewDocument("idn_" + Mark(Place.AddressId), Mark(Place.Address), isVerified: true, FirstMark));
        user["email_addresses"]![0]!["verification"]!["expire_at"] = FirstMark;
        return Encoding.UTF8.GetString(SortedJson.Render(user));
    }

    private static string Mark(Place place) => string.Create(CultureInfo.InvariantCulture, $"[[{place}]]");

    private byte[] Cut(string template)
    {
        template = template.Replace(FirstMark.ToString(CultureInfo.InvariantCulture), Mark(Place.CreatedAt), StringComparison.Ordinal);
        while (template.IndexOf("[[", StringComparison.Ordinal) is >= 0 and var at)
        {
            var end = template.IndexOf("]]", at, StringComparison.Ordinal);
            _pieces.Add((Encoding.UTF8.GetBytes(template[..at]), Enum.Parse<Place>(template[(at + 2)..end])));
            template = template[(end + 2)..];
        }

        return Encoding.UTF8.GetBytes(template);
    }

    private static byte[][] Bytes(string names) => [.. names.Split(' ').Select(Encoding.UTF8.GetBytes)];
}
