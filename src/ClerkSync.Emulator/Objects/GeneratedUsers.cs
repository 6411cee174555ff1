using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using ClerkSync.Events;

namespace ClerkSync.Emulator.Objects;

/// <summary>Users who signed up one after the other, a minute apart, before the emulator started.</summary>
internal sealed class GeneratedUsers : GeneratedObjects
{
    /// <summary>Time between two generated objects of one kind, in milliseconds.</summary>
    public const long Apart = 60_000;

    private const int IdLength = 27;

    private static readonly byte[][] FirstNames = Bytes("Ada Alan Barbara Björn Chidi Claire Dilip Edsger Elif Frances Grace Hana Hedy Ivan Jun Katherine Lin Mara Nadia Olu Radia Søren Tomás Wisława");
    private static readonly byte[][] LastNames = Bytes("Adeyemi Bianchi Castillo Dijkstra Eriksson Fontaine Goldberg Hamilton Ito Jensen Kowalska Lamarr Lovelace Moreau Novák Okafor Perlman Quinn Rossi Silva Turing Ueda Varga Żak");

    private readonly ClerkIds _ids;
    private readonly ulong _userKey;
    private readonly ulong _addressKey;
    private readonly long _start;
    private readonly GeneratedText<Place> _document;
    private readonly GeneratedText<Place> _publicData;

    public GeneratedUsers(int count, ClerkIds ids, long now)
        : base(count)
    {
        _ids = ids;
        _userKey = ids.KeyOf(UserKind.Prefix);
        _addressKey = ids.KeyOf("idn_");
        _start = now - ((count + 1) * Apart);
        var template = new Entity(UserKind.Prefix + Mark(Place.Id), 0, Template());
        _document = new(template.Rendered, Place.CreatedAt);
        _publicData = new(UserKind.PublicData(template).Span, Place.CreatedAt);
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

    public override int? IndexOf(string id) => IndexOf(_ids, UserKind.Prefix, id);

    public override long CreatedAt(int index) => _start + (index * Apart);

    public override void Write(int index, ByteBuffer into) => _document.Write(into, (place, buffer) => Fill(place, index, buffer));

    /// <summary>Writes what memberships say about the user.</summary>
    public void WritePublicData(int index, ByteBuffer into) => _publicData.Write(into, (place, buffer) => Fill(place, index, buffer));

    private void Fill(Place place, int index, ByteBuffer into)
    {
        Span<byte> text = stackalloc byte[IdLength];
        var random = ClerkIds.Scramble(_userKey ^ (ulong)index);
        switch (place)
        {
            case Place.CreatedAt:
                GeneratedText<Place>.Number(CreatedAt(index), into);
                break;
            case Place.Address:
                into.Append("person"u8);
                GeneratedText<Place>.Number(index, into);
                into.Append("@example.com"u8);
                break;
            case Place.AddressId or Place.Id:
                ClerkIds.Write(place == Place.Id ? _userKey : _addressKey, index, text);
                into.Append(text);
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
                GeneratedText<Place>.Number(index, into);
                break;
        }
    }

    // the same members as any other user, with a mark wherever a value belongs
    private static JsonObject Template()
    {
        const long Number = GeneratedText<Place>.NumberMark;
        var addressId = "idn_" + Mark(Place.AddressId);
        var user = UserKind.NewDocument($"https://img.clerk.com/{Mark(Place.Image)}");
        var address = UserIdentity.Email.NewDocument(addressId, Mark(Place.Address), isVerified: true, Number);
        address["verification"]!["expire_at"] = Number;
        user["id"] = UserKind.Prefix + Mark(Place.Id);
        user["object"] = "user";
        user["created_at"] = Number;
        user["updated_at"] = Number;
        user["last_active_at"] = Number;
        user["external_id"] = Mark(Place.ExternalId);
        user["first_name"] = Mark(Place.FirstName);
        user["last_name"] = Mark(Place.LastName);
        user["password_enabled"] = true;
        user["primary_email_address_id"] = addressId;
        user["email_addresses"] = new JsonArray(address);
        return user;
    }

    private static string Mark(Place place) => GeneratedText<Place>.Mark(place);

    private static byte[][] Bytes(string names) => [.. names.Split(' ').Select(Encoding.UTF8.GetBytes)];
}
