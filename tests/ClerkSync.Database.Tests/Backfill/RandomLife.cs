using System.Globalization;
using ClerkSync.Emulator;

namespace ClerkSync.Database.Tests.Backfill;

/// <summary>People come, change, join, leave and go, by seed.</summary>
internal sealed class RandomLife(ClerkEmulator clerk, Random random)
{
    private readonly List<string> _users = [];
    private readonly List<string> _organizations = [];
    private int _made;

    /// <summary>One change in Clerk.</summary>
    public void Step()
    {
        switch (random.Next(12))
        {
            case 0 or 1 or 2:
                _users.Add(clerk.Users.Create($"{Name()}@example.com", Name()).Id);
                break;
            case 3:
                _organizations.Add(clerk.Organizations.Create(Name(), Any(_users)).Id);
                break;
            case 4 or 5 when Any(_users) is { } user:
                clerk.Users.Update(user, new() { ["first_name"] = Name() });
                break;
            case 6 when Any(_organizations) is { } organization:
                clerk.Organizations.Update(organization, new() { ["name"] = Name() });
                break;
            case 7 or 8 when Any(_users) is { } user && Any(_organizations) is { } organization && !IsMember(user, organization):
                clerk.Memberships.Create(organization, user);
                break;
            case 9 when clerk.Memberships.List() is { Count: > 0 } memberships:
                var membership = memberships[random.Next(memberships.Count)];
                if (random.Next(2) == 0)
                    clerk.Memberships.Delete(membership.Id);
                else
                    clerk.Memberships.ChangeRole(membership.Id, membership.Role == "org:admin" ? "org:member" : "org:admin");
                break;
            case 10 when Any(_users) is { } user:
                clerk.Users.Delete(user);
                _users.Remove(user);
                break;
            case 11 when random.Next(3) == 0 && Any(_organizations) is { } organization:
                clerk.Organizations.Delete(organization);
                _organizations.Remove(organization);
                break;
        }
    }

    private string? Any(List<string> ids) => ids.Count == 0 ? null : ids[random.Next(ids.Count)];

    private bool IsMember(string user, string organization) =>
        clerk.Memberships.List().Any(m => m.PublicUserData?.UserId == user && m.Organization?.Id == organization);

    private string Name() => string.Create(CultureInfo.InvariantCulture, $"name{_made++}");
}
