using System.Text.Json.Nodes;
using ClerkSync.Emulator.Objects;

namespace ClerkSync.Emulator.Api;

/// <summary>Users and their addresses.</summary>
internal static class UserRoutes
{
    private static readonly string[] Orders =
        ["updated_at", "email_address", "web3wallet", "first_name", "last_name", "phone_number", "username", "last_active_at", "last_sign_in_at"];

    private static readonly string[] Metadata = ["public_metadata", "private_metadata", "unsafe_metadata"];

    public static ApiResult? Route(ApiRequest request, Instance instance)
    {
        var users = instance.Users;
        return (request.Method, request.Segments) switch
        {
            ("GET", ["users"]) => List(request, instance),
            ("GET", ["users", "count"]) => Count(request, instance),
            ("POST", ["users"]) => One(users.Create(request.Body)),
            ("POST", ["users", "ban" or "unban"]) => Many(request, users),
            ("GET", ["users", var id]) => One(users.Get(id)),
            ("PATCH", ["users", var id]) => Update(request, users, id),
            ("DELETE", ["users", var id]) => Delete(users, id),
            ("PATCH", ["users", var id, "metadata"]) => One(users.ChangeMetadata(id, request.Body, merges: true)),
            ("PUT", ["users", var id, "metadata"]) => One(users.ChangeMetadata(id, request.Body, merges: false)),
            ("POST", ["users", var id, ("ban" or "unban") and var verb]) => One(users.Flag(id, "banned", verb == "ban")),
            ("POST", ["users", var id, ("lock" or "unlock") and var verb]) => One(users.Flag(id, "locked", verb == "lock")),
            ("GET", ["users", var id, "organization_memberships"]) => ListAnswer.Make(instance.Memberships, request, new() { Among = instance.Memberships.OfUser(users.Get(id).Id) }),
            ("GET", ["users", var id, "organization_invitations"]) => Invitations(request, instance, users.Get(id)),
            (_, ["email_addresses", ..]) => Addresses(request, users, UserIdentity.Email),
            (_, ["phone_numbers", ..]) => Addresses(request, users, UserIdentity.Phone),
            _ => null,
        };

        ApiResult One(Entity user) => ApiResult.Of(users, user);
    }

    private static ApiResult List(ApiRequest request, Instance instance) => ListAnswer.Make(instance.Users, request, new()
    {
        IsBare = true,
        HasCursor = true,
        Orders = Orders,
        Filter = UserFilter.Read(request, instance),
        Among = UserFilter.Candidates(request, instance),
        SortValue = SortValue,
    });

    private static ApiResult Count(ApiRequest request, Instance instance)
    {
        var filter = UserFilter.Read(request, instance);
        long count = filter is null ? instance.Users.Store.Count : (UserFilter.Candidates(request, instance) ?? instance.Users.Store.All()).Count(filter);
        return ApiResult.Of(SortedJson.Render(new() { ["object"] = "total_count", ["total_count"] = count }));
    }

    private static ApiResult Update(ApiRequest request, UserKind users, string id)
    {
        users.Get(id);
        ApiVersions.RefuseMetadata(request, Metadata);
        return ApiResult.Of(users, users.Update(id, request.Body));
    }

    private static ApiResult Delete(UserKind users, string id)
    {
        var user = users.Get(id);
        users.Delete(id);
        return ApiResult.Of(users.Stub(user));
    }

    private static ApiResult Many(ApiRequest request, UserKind users)
    {
        string[] ids = [.. request.Body["user_ids"].AsTexts()];
        foreach (var id in ids)
            users.Get(id);
        var bans = request.Segments[1] == "ban";
        return ApiResult.Of(SortedJson.RenderList(ids.Select(id => users.Render(users.Flag(id, "banned", bans), View.Api))));
    }

    private static ApiResult Invitations(ApiRequest request, Instance instance, Entity user)
    {
        var addresses = UserIdentity.Email.In(user).Select(a => a["email_address"].AsText()).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var statuses = request.Texts("status");
        return ListAnswer.Make(instance.OrganizationInvitations, request, new()
        {
            Filter = i => addresses.Contains(i.Text("email_address")) && (statuses.Length == 0 || statuses.Contains(i.Text("status"))),
        });
    }

    private static ApiResult? Addresses(ApiRequest request, UserKind users, UserIdentity identity)
    {
        switch (request.Method, request.Segments)
        {
            case ("POST", [_]):
                var added = users.AddAddress(
                    request.Required("user_id"), identity, request.Required(identity.Name), request.Body["verified"].AsBool() ?? false, request.Body["primary"].AsBool() ?? false);
                return ApiResult.Of(added.Rendered);
            case ("GET", [_, var id]):
                return ApiResult.Of(SortedJson.Render(identity.In(users.OwnerOf(identity, id)).First(a => a["id"].AsText() == id)));
            case ("DELETE", [_, var id]):
                users.RemoveAddress(identity, id);
                return ApiResult.Of(SortedJson.Render(new() { ["deleted"] = true, ["id"] = id, ["object"] = identity.Name }));
            default:
                return null;
        }
    }

    private static JsonNode? SortValue(Entity user, string order) => order switch
    {
        "email_address" => UserIdentity.Email.PrimaryIn(user),
        "phone_number" => UserIdentity.Phone.PrimaryIn(user),
        "web3wallet" => UserIdentity.Wallet.PrimaryIn(user),
        _ => user[order],
    };
}
