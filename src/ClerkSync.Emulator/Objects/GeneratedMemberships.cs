using ClerkSync.Events;

namespace ClerkSync.Emulator.Objects;

/// <summary>Memberships of the population: the next users in turn for each organization; the first of them is its administrator.</summary>
internal sealed class GeneratedMemberships : GeneratedObjects
{
    public const string Prefix = "orgmem_";

    private const int IdLength = 27;

    private readonly ClerkIds _ids;
    private readonly ulong _key;
    private readonly ulong _organizationKey;
    private readonly ulong _userKey;
    private readonly ClerkPopulation _population;
    private readonly GeneratedOrganizations _organizations;
    private readonly GeneratedText<Place> _document;
    private readonly GeneratedText<Place> _row;

    public GeneratedMemberships(ClerkPopulation population, ClerkIds ids, GeneratedOrganizations organizations)
        : base(population.Organizations * population.MembersPerOrganization)
    {
        _ids = ids;
        _population = population;
        _organizations = organizations;
        _key = ids.KeyOf(Prefix);
        _organizationKey = ids.KeyOf(OrganizationKind.Prefix);
        _userKey = ids.KeyOf(UserKind.Prefix);
        const long Number = GeneratedText<Place>.NumberMark;
        var document = MembershipKind.NewDocument(OrganizationKind.Prefix + Mark(Place.OrganizationId), UserKind.Prefix + Mark(Place.UserId), Mark(Place.Role));
        document["created_at"] = Number;
        document["id"] = Prefix + Mark(Place.Id);
        document["object"] = "organization_membership";
        document["updated_at"] = Number;
        _document = new(SortedJson.Render(document), Place.CreatedAt);

        // a row of a list: without the two ids, with what they stand for
        document.Remove("organization_id");
        document.Remove("user_id");
        _row = new(
            SortedJson.Render(document, ("organization", Raw(Place.Organization)), ("permissions", Raw(Place.Permissions)), ("public_user_data", Raw(Place.PublicData)), ("role_name", Raw(Place.RoleName))),
            Place.CreatedAt);
    }

    /// <summary>What stands between the pieces.</summary>
    public enum Place
    {
        CreatedAt,
        Id,
        Organization,
        OrganizationId,
        Permissions,
        PublicData,
        Role,
        RoleName,
        UserId,
    }

    public override string IdOf(int index) => _ids.Make(Prefix, index);

    public override int? IndexOf(string id) => IndexOf(_ids, Prefix, id);

    public override long CreatedAt(int index) => _organizations.CreatedAt(OrganizationOf(index));

    public int OrganizationOf(int index) => index / _population.MembersPerOrganization;

    public int UserOf(int index) => _population.UserOf(index);

    public string RoleOf(int index) => index % _population.MembersPerOrganization == 0 ? RoleKind.Admin : RoleKind.Member;

    public IEnumerable<int> OfOrganization(int organization) => Enumerable.Range(organization * _population.MembersPerOrganization, _population.MembersPerOrganization);

    public IEnumerable<int> OfUser(int user)
    {
        for (long index = user; index < Count; index += _population.Users)
            yield return (int)index;
    }

    public override void Write(int index, ByteBuffer into) => _document.Write(into, (place, buffer) => Fill(place, index, buffer));

    /// <summary>Writes a row of a list; the caller fills in what belongs to others.</summary>
    public void WriteRow(int index, ByteBuffer into, Action<Place, ByteBuffer> lend) => _row.Write(into, (place, buffer) =>
    {
        if (place is Place.Organization or Place.Permissions or Place.PublicData or Place.RoleName)
            lend(place, buffer);
        else
            Fill(place, index, buffer);
    });

    private void Fill(Place place, int index, ByteBuffer into)
    {
        Span<byte> text = stackalloc byte[IdLength];
        switch (place)
        {
            case Place.CreatedAt:
                GeneratedText<Place>.Number(CreatedAt(index), into);
                return;
            case Place.Role:
                into.Append(System.Text.Encoding.ASCII.GetBytes(RoleOf(index)));
                return;
            case Place.OrganizationId:
                ClerkIds.Write(_organizationKey, OrganizationOf(index), text);
                break;
            case Place.UserId:
                ClerkIds.Write(_userKey, UserOf(index), text);
                break;
            default:
                ClerkIds.Write(_key, index, text);
                break;
        }

        into.Append(text);
    }

    private static string Mark(Place place) => GeneratedText<Place>.Mark(place);

    private static byte[] Raw(Place place) => System.Text.Encoding.ASCII.GetBytes(Mark(place));
}
