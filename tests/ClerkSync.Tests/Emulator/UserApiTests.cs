using System.Text.Json.Nodes;
using ClerkSync.Emulator;

namespace ClerkSync.Tests.Emulator;

public sealed class UserApiTests : IAsyncLifetime
{
    private ClerkEmulator clerk = null!;
    private ApiCaller api = null!;

    public async ValueTask InitializeAsync()
    {
        clerk = await ClerkEmulator.StartAsync(new() { RequestsPerTenSeconds = int.MaxValue }, TestContext.Current.CancellationToken);
        api = new(clerk);
    }

    public async ValueTask DisposeAsync()
    {
        api.Dispose();
        await clerk.DisposeAsync();
    }

    [Fact]
    public async Task A_list_of_users_is_a_bare_array_of_ten_newest_first()
    {
        var users = Enumerable.Range(0, 12).Select(_ => clerk.Users.Create()).ToList();

        var reply = await api.GetAsync("users");

        Assert.Equal(users.Select(u => u.Id).Reverse().Take(10), reply.Ids);
        Assert.IsType<JsonArray>(reply.Body);
    }

    [Theory]
    [InlineData("limit=501", 10)]
    [InlineData("limit=500", 12)]
    [InlineData("limit=3", 3)]
    [InlineData("limit=5&offset=10", 2)]
    public async Task A_limit_above_500_silently_gives_ten(string query, int expected)
    {
        for (var count = 0; count < 12; count++)
            clerk.Users.Create();
        Assert.Equal(expected, (await api.GetAsync($"users?{query}")).Ids.Count());
    }

    [Fact]
    public async Task A_cursor_reads_everybody_in_order_of_creation()
    {
        var users = Enumerable.Range(0, 23).Select(_ => clerk.Users.Create().Id).ToList();
        Assert.Equal(users, await api.ReadUserIdsAsync(limit: 5));
    }

    [Theory]
    [InlineData("order_by=-updated_at&starting_after=")]
    [InlineData("order_by=-created_at&offset=0&starting_after=")]
    [InlineData("order_by=nonsense&limit=1&x=")]
    public async Task A_cursor_needs_the_order_of_creation_and_no_offset(string query)
    {
        var user = clerk.Users.Create();
        Assert.Equal(422, (await api.GetAsync($"users?{query}{user.Id}")).Status);
    }

    [Fact]
    public async Task A_cursor_still_works_when_its_user_is_gone()
    {
        var users = Enumerable.Range(0, 3).Select(_ => clerk.Users.Create().Id).ToList();
        clerk.Users.Delete(users[1]);
        Assert.Equal([users[2]], (await api.GetAsync($"users?order_by=%2Bcreated_at&starting_after={users[1]}")).Ids);
        Assert.Equal([users[0]], (await api.GetAsync($"users?order_by=-created_at&starting_after={users[1]}")).Ids);
    }

    [Fact]
    public async Task Filters_take_repeated_names_and_a_hundred_values()
    {
        var ada = clerk.Users.Create("ada@example.com", "Ada");
        var jun = clerk.Users.Create("jun@example.com", "Jun", externalId: "crm-2");

        Assert.Equal([jun.Id, ada.Id], (await api.GetAsync($"users?user_id={ada.Id}&user_id={jun.Id}&user_id=user_0")).Ids);
        Assert.Equal([jun.Id], (await api.GetAsync($"users?user_id=-{ada.Id}")).Ids);
        Assert.Equal([ada.Id], (await api.GetAsync("users?email_address=ADA%40example.com")).Ids);
        Assert.Equal([jun.Id], (await api.GetAsync("users?external_id=crm-2")).Ids);
        Assert.Equal([ada.Id], (await api.GetAsync("users?query=ada")).Ids);
        var many = string.Join('&', Enumerable.Range(0, 101).Select(i => $"user_id=user_{i}"));
        Assert.Equal(422, (await api.GetAsync($"users?{many}")).Status);
        Assert.Equal(1, (await api.GetAsync("users/count?query=jun")).Body["total_count"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_user_is_created_read_changed_and_deleted()
    {
        var made = await api.SendAsync(HttpMethod.Post, "users", new JsonObject
        {
            ["email_address"] = new JsonArray("mara@example.com", "mara@example.org"),
            ["first_name"] = "Mara",
            ["private_metadata"] = new JsonObject { ["crm"] = new JsonObject { ["id"] = 417, ["segment"] = "smb" } },
        });
        var id = made.Body["id"]!.GetValue<string>();
        Assert.Equal(made.Body["email_addresses"]![0]!["id"]!.GetValue<string>(), made.Body["primary_email_address_id"]!.GetValue<string>());

        var changed = await api.SendAsync(HttpMethod.Patch, $"users/{id}", new JsonObject { ["first_name"] = null, ["username"] = "mara" });
        Assert.Null(changed.Body["first_name"]);
        Assert.True(changed.Body["updated_at"]!.GetValue<long>() > made.Body["updated_at"]!.GetValue<long>());

        var merged = await api.SendAsync(HttpMethod.Patch, $"users/{id}/metadata", JsonNode.Parse("""{"private_metadata":{"crm":{"segment":null,"x":1}}}"""));
        Assert.Equal("""{"crm":{"id":417,"x":1}}""", merged.Body["private_metadata"]!.ToJsonString());
        var replaced = await api.SendAsync(HttpMethod.Put, $"users/{id}/metadata", JsonNode.Parse("""{"private_metadata":{}}"""));
        Assert.Equal("{}", replaced.Body["private_metadata"]!.ToJsonString());

        Assert.True((await api.SendAsync(HttpMethod.Post, $"users/{id}/ban")).Body["banned"]!.GetValue<bool>());
        Assert.True((await api.SendAsync(HttpMethod.Delete, $"users/{id}")).Body["deleted"]!.GetValue<bool>());
        var gone = await api.GetAsync($"users/{id}");
        Assert.Equal((404, "resource_not_found"), (gone.Status, gone.Code));
        Assert.NotNull(gone.Body["clerk_trace_id"]);
    }

    [Fact]
    public async Task An_address_belongs_to_one_user()
    {
        clerk.Users.Create("ada@example.com");
        var reply = await api.SendAsync(HttpMethod.Post, "users", JsonNode.Parse("""{"email_address":["ADA@example.com"]}"""));
        Assert.Equal((422, "form_identifier_exists"), (reply.Status, reply.Code));
    }

    [Fact]
    public async Task Metadata_have_a_call_of_their_own_in_the_newest_version()
    {
        var user = clerk.Users.Create();
        Assert.Equal(422, (await api.SendAsync(HttpMethod.Patch, $"users/{user.Id}", JsonNode.Parse("""{"public_metadata":{}}"""))).Status);
        api.Client.DefaultRequestHeaders.Remove("Clerk-API-Version");
        api.Client.DefaultRequestHeaders.Add("Clerk-API-Version", "2025-11-10");
        Assert.Equal(200, (await api.SendAsync(HttpMethod.Patch, $"users/{user.Id}", JsonNode.Parse("""{"public_metadata":{}}"""))).Status);
    }

    [Theory]
    [InlineData("users?__clerk_api_version=2025-11-10", "2026-05-12")]
    [InlineData("users", "2020-01-01")]
    public async Task A_version_is_known_and_given_once(string path, string header)
    {
        api.Client.DefaultRequestHeaders.Remove("Clerk-API-Version");
        api.Client.DefaultRequestHeaders.Add("Clerk-API-Version", header);
        var reply = await api.GetAsync(path);
        Assert.Equal((400, "api_version_invalid"), (reply.Status, reply.Code));
    }

    [Fact]
    public async Task A_wrong_key_and_no_key_are_refused()
    {
        api.Client.DefaultRequestHeaders.Authorization = new("Bearer", "sk_test_other");
        Assert.Equal((401, "clerk_key_invalid"), ((await api.GetAsync("users")).Status, (await api.GetAsync("users")).Code));
        api.Client.DefaultRequestHeaders.Authorization = null;
        Assert.Equal((401, "authentication_invalid"), ((await api.GetAsync("users")).Status, (await api.GetAsync("users")).Code));
    }

    [Fact]
    public async Task The_handler_needs_no_connection()
    {
        var user = clerk.Users.Create();
        using var memory = new ApiCaller(clerk, clerk.CreateHandler());
        Assert.Equal([user.Id], (await memory.GetAsync("users")).Ids);
    }
}
