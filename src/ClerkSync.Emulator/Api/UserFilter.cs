using ClerkSync.Emulator.Objects;

namespace ClerkSync.Emulator.Api;

/// <summary>The filters of <c>GET /users</c> and <c>GET /users/count</c>.</summary>
internal static class UserFilter
{
    /// <summary>What a user has to fulfil; null when nothing is asked.</summary>
    public static Func<Entity, bool>? Read(ApiRequest request, Instance instance)
    {
        List<Func<Entity, bool>> all = [];
        foreach (var identity in UserIdentity.All)
        {
            if (request.Texts(identity.Name) is { Length: > 0 } addresses)
                all.Add(u => identity.In(u).Any(a => addresses.Contains(a[identity.Name].AsText(), StringComparer.OrdinalIgnoreCase)));
        }

        AddText(all, request, "user_id", (u, wanted) => u.Id == wanted);
        AddText(all, request, "external_id", (u, wanted) => u.Text("external_id") == wanted);
        AddText(all, request, "username", (u, wanted) => u.Text("username") == wanted);
        AddText(all, request, "organization_id", (u, wanted) => instance.Memberships.OfUser(u.Id).Any(m => MembershipKind.OrganizationOf(m) == wanted));
        if (request.Has("banned"))
            all.Add(u => u.Is("banned") == request.Is("banned"));
        foreach (var name in (ReadOnlySpan<string>)["created_at", "last_active_at", "last_sign_in_at"])
        {
            var member = name;
            if (request.Number(name + "_before") is { } before)
                all.Add(u => u.Number(member) < before);
            if (request.Number(name + "_after") is { } after)
                all.Add(u => u.Number(member) > after);
        }

        AddQuery(all, request.Text("query"), Searched);
        AddQuery(all, request.Text("email_address_query"), u => UserIdentity.Email.In(u).Select(a => a["email_address"].AsText()));
        AddQuery(all, request.Text("phone_number_query"), u => UserIdentity.Phone.In(u).Select(a => a["phone_number"].AsText()));
        AddQuery(all, request.Text("username_query"), u => [u.Text("username")]);
        AddQuery(all, request.Text("name_query"), u => [$"{u.Text("first_name")} {u.Text("last_name")}"]);
        return all.Count == 0 ? null : u => all.TrueForAll(f => f(u));
    }

    /// <summary>The users that a filter by id leaves, so that nobody has to look at all; null when there is no such filter.</summary>
    public static IEnumerable<Entity>? Candidates(ApiRequest request, Instance instance)
    {
        var ids = request.Texts("user_id");
        if (ids.Length > 0 && !ids.Any(i => i.StartsWith('-')))
            return ids.Distinct(StringComparer.Ordinal).Select(Find).OfType<Entity>();
        var organizations = request.Texts("organization_id");
        if (organizations.Length > 0 && !organizations.Any(o => o.StartsWith('-')))
            return organizations.SelectMany(o => instance.Memberships.OfOrganization(o)).Select(MembershipKind.UserOf).Distinct(StringComparer.Ordinal).Select(Find).OfType<Entity>();
        return null;

        Entity? Find(string id) => instance.Users.Find(id.TrimStart('+', ' '));
    }

    /// <summary>A filter whose values match or, with a minus sign before them, exclude.</summary>
    private static void AddText(List<Func<Entity, bool>> all, ApiRequest request, string name, Func<Entity, string, bool> matches)
    {
        var values = request.Texts(name);
        string[] excluded = [.. values.Where(v => v.StartsWith('-')).Select(v => v[1..])];
        string[] wanted = [.. values.Where(v => !v.StartsWith('-')).Select(v => v.TrimStart('+', ' '))];
        if (wanted.Length > 0)
            all.Add(u => wanted.Any(w => matches(u, w)));
        if (excluded.Length > 0)
            all.Add(u => !excluded.Any(e => matches(u, e)));
    }

    private static void AddQuery(List<Func<Entity, bool>> all, string? query, Func<Entity, IEnumerable<string?>> texts)
    {
        if (query is not null)
            all.Add(u => texts(u).Any(t => t?.Contains(query, StringComparison.OrdinalIgnoreCase) == true));
    }

    private static IEnumerable<string?> Searched(Entity user) =>
    [
        user.Id, user.Text("username"), user.Text("external_id"), $"{user.Text("first_name")} {user.Text("last_name")}",
        .. UserIdentity.All.SelectMany(i => i.In(user).Select(a => a[i.Name].AsText())),
    ];
}
