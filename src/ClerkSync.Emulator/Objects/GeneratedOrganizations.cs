using System.Globalization;
using ClerkSync.Events;

namespace ClerkSync.Emulator.Objects;

/// <summary>Organizations that exist from the start, made by users of the population.</summary>
internal sealed class GeneratedOrganizations : GeneratedObjects
{
    private const string SlugStart = "organization-";
    private const int IdLength = 27;

    private readonly ClerkIds _ids;
    private readonly ulong _key;
    private readonly ulong _userKey;
    private readonly ClerkPopulation _population;
    private readonly long _start;
    private readonly GeneratedText<Place> _document;

    public GeneratedOrganizations(ClerkPopulation population, ClerkIds ids, long now)
        : base(population.Organizations)
    {
        _ids = ids;
        _population = population;
        _key = ids.KeyOf(OrganizationKind.Prefix);
        _userKey = ids.KeyOf(UserKind.Prefix);
        _start = now - ((Count + 1) * GeneratedUsers.Apart);
        const long Number = GeneratedText<Place>.NumberMark;
        var document = OrganizationKind.NewDocument($"Organization {Mark(Place.Index)}", SlugStart + Mark(Place.Index), "https://img.clerk.com/organization");
        document["created_at"] = Number;
        document["created_by"] = UserKind.Prefix + Mark(Place.Creator);
        document["id"] = OrganizationKind.Prefix + Mark(Place.Id);
        document["last_active_at"] = Number;
        document["object"] = "organization";
        document["updated_at"] = Number;
        _document = new(SortedJson.Render(document), Place.CreatedAt);
    }

    private enum Place
    {
        CreatedAt,
        Creator,
        Id,
        Index,
    }

    public override string IdOf(int index) => _ids.Make(OrganizationKind.Prefix, index);

    public override int? IndexOf(string id) => IndexOf(_ids, OrganizationKind.Prefix, id);

    /// <summary>The index behind a slug; null when it is none of the population's.</summary>
    public int? IndexOfSlug(string slug) =>
        slug.StartsWith(SlugStart, StringComparison.Ordinal) && int.TryParse(slug[SlugStart.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < Count ? index : null;

    public override long CreatedAt(int index) => _start + (index * GeneratedUsers.Apart);

    public override void Write(int index, ByteBuffer into) => _document.Write(into, (place, buffer) =>
    {
        Span<byte> text = stackalloc byte[IdLength];
        switch (place)
        {
            case Place.CreatedAt:
                GeneratedText<Place>.Number(CreatedAt(index), buffer);
                break;
            case Place.Index:
                GeneratedText<Place>.Number(index, buffer);
                break;
            case Place.Id:
                ClerkIds.Write(_key, index, text);
                buffer.Append(text);
                break;
            case Place.Creator:
                ClerkIds.Write(_userKey, _population.UserOf(index * (long)_population.MembersPerOrganization), text);
                buffer.Append(text);
                break;
        }
    });

    private static string Mark(Place place) => GeneratedText<Place>.Mark(place);
}
