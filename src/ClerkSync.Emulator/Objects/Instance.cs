using System.Globalization;

namespace ClerkSync.Emulator.Objects;

/// <summary>What an instance is made with; see <see cref="ClerkEmulatorOptions"/>.</summary>
internal sealed record InstanceSettings(
    string Id, string EnvironmentType, string FrontendUrl, long Seed, bool HasBilling, bool TellsChildren, bool TellsInvitations, ClerkPopulation Population, long FirstNumber);

/// <summary>Takes what happened: the type of the event, the id of its object, its time in Unix milliseconds, and the object as JSON.</summary>
internal delegate void EventSink(string type, string objectId, long timestamp, ReadOnlyMemory<byte> data);

/// <summary>A Clerk instance: its objects, its clock, its events. Hold <see cref="Gate"/> for every call.</summary>
internal sealed class Instance
{
    private readonly EventSink _sink;
    private long _nextId;
    private long _nextImage;
    private readonly long _firstNumber;
    private int _isQuiet;

    public Instance(InstanceSettings settings, TimeProvider time, bool hasDistinctTimes, EventSink sink)
    {
        Settings = settings;
        _sink = sink;
        Ids = new(settings.Seed);
        Clock = new(time, hasDistinctTimes);
        var population = settings.Population;
        var organizations = population.Organizations > 0 ? new GeneratedOrganizations(population, Ids, Clock.Now) : null;
        Users = new(this, population.Users > 0 ? new GeneratedUsers(population.Users, Ids, Clock.Now) : null);
        Organizations = new(this, organizations);
        Memberships = new(this, organizations is null ? null : new GeneratedMemberships(population, Ids, organizations));
        OrganizationInvitations = new(this);
        Invitations = new(this);
        Domains = new(this);
        Permissions = new(this);
        Roles = new(this);
        Sessions = new(this);
        Waitlist = new(this);
        Billing = new(this);
        Furnish();
        _firstNumber = settings.FirstNumber;
    }

    public Lock Gate { get; } = new();

    public InstanceSettings Settings { get; }

    public string FrontendUrl => Settings.FrontendUrl;

    public ClerkIds Ids { get; }

    public InstanceClock Clock { get; }

    public UserKind Users { get; }

    public OrganizationKind Organizations { get; }

    public MembershipKind Memberships { get; }

    public OrganizationInvitationKind OrganizationInvitations { get; }

    public InvitationKind Invitations { get; }

    public DomainKind Domains { get; }

    public PermissionKind Permissions { get; }

    public RoleKind Roles { get; }

    public SessionKind Sessions { get; }

    public WaitlistKind Waitlist { get; }

    public Billing Billing { get; }

    public string NextId(string prefix) => IdOf(prefix, int.MaxValue + _nextId++);

    /// <summary>The id of a new object, by its place in its kind.</summary>
    public string IdOf(string prefix, long number) => Ids.Make(prefix, _firstNumber + number);

    public string NextImageUrl()
    {
        var number = ClerkIds.Scramble((ulong)(Settings.Seed ^ ++_nextImage));
        return string.Create(CultureInfo.InvariantCulture, $"https://img.clerk.com/{number:x16}{ClerkIds.Scramble(number):x16}{ClerkIds.Scramble(~number):x16}");
    }

    /// <summary>Tells everybody that something happened.</summary>
    public void Publish(string type, string objectId, ReadOnlyMemory<byte> data)
    {
        if (_isQuiet > 0 || (!Settings.TellsInvitations && type.StartsWith("invitation.", StringComparison.Ordinal)))
            return;
        _sink(type, objectId, Clock.Now, data);
    }

    /// <summary>What happens until the end of the scope is the consequence of a deletion; whether Clerk tells it is a setting.</summary>
    public IDisposable AsChildren() => Settings.TellsChildren ? Scope.Nothing : Quietly();

    /// <summary>What happens until the end of the scope is told to nobody.</summary>
    public IDisposable Quietly()
    {
        _isQuiet++;
        return new Scope(() => _isQuiet--);
    }

    // what every new instance of Clerk has
    private void Furnish()
    {
        using (Quietly())
        {
            foreach (var key in PermissionKind.System)
                Permissions.Create(new() { ["key"] = key, ["name"] = key }, "system");
            Roles.Create(new() { ["key"] = RoleKind.Admin, ["name"] = "Admin", ["permissions"] = PermissionKind.System.ToJsonArray() });
            Roles.Create(new() { ["key"] = RoleKind.Member, ["name"] = "Member", ["permissions"] = PermissionKind.OfMembers.ToJsonArray() });
            if (!Settings.HasBilling)
                return;
            Billing.Plans.Create("free_user", "Free", 0, isForOrganizations: false, isDefault: true);
            Billing.Plans.Create("free_org", "Free", 0, isForOrganizations: true, isDefault: true);
        }
    }

    private sealed class Scope(Action end) : IDisposable
    {
        public static readonly Scope Nothing = new(() => { });

        public void Dispose() => end();
    }
}
