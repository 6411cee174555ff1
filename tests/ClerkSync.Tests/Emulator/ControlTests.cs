using System.Text.Json.Nodes;
using ClerkSync.Emulator;

namespace ClerkSync.Tests.Emulator;

public sealed class ControlTests : IAsyncLifetime
{
    private readonly ManualClock clock = new(new(2026, 7, 30, 8, 0, 0, TimeSpan.Zero));
    private ClerkEmulator clerk = null!;
    private ApiCaller control = null!;

    public async ValueTask InitializeAsync()
    {
        clerk = await ClerkEmulator.StartAsync(new() { TimeProvider = clock }, TestContext.Current.CancellationToken);
        control = new(clerk);
    }

    public async ValueTask DisposeAsync()
    {
        control.Dispose();
        await clerk.DisposeAsync();
    }

    [Fact]
    public async Task A_person_signs_up_and_the_endpoint_hears_of_it()
    {
        await using var receiver = await ClerkEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        var endpoint = await PostAsync("endpoints", new() { ["url"] = new Uri(receiver.Url, "/nobody").OriginalString, ["event_types"] = new JsonArray("user.created") });
        var person = await PostAsync("sign_ups", new() { ["email_address"] = "mara@example.com", ["first_name"] = "Mara", ["organization"] = "Lantern" });
        Assert.Equal("Mara", person.Body["user"]!["first_name"]!.GetValue<string>());
        Assert.Equal("lantern", person.Body["organization"]!["slug"]!.GetValue<string>());
        Assert.Equal(3, person.Body["token"]!.GetValue<string>().Split('.').Length);

        await PostAsync("settle");
        Assert.Equal([404], await AttemptsAsync());
        await PostAsync("clock/advance", new() { ["seconds"] = 5 });
        await PostAsync("settle");
        Assert.Equal([404, 404], await AttemptsAsync());
        Assert.Equal("user.created", (await GetAsync("messages?type=user.created")).Body["data"]![0]!["type"]!.GetValue<string>());

        var id = endpoint.Body["id"]!.GetValue<string>();
        await PostAsync($"endpoints/{id}/recover");
        await PostAsync("settle");
        Assert.Equal(3, (await AttemptsAsync()).Count());
        Assert.False((await control.SendAsync(HttpMethod.Patch, $"/_emulator/endpoints/{id}", new JsonObject { ["enabled"] = false })).Body["enabled"]!.GetValue<bool>());
        await control.SendAsync(HttpMethod.Delete, $"/_emulator/endpoints/{id}");
        Assert.Empty(clerk.Endpoints);

        async Task<IEnumerable<int>> AttemptsAsync() =>
            ((JsonArray)(await GetAsync("endpoints")).Body["data"]![0]!["attempts"]!).Select(a => a!["status"]!.GetValue<int>());
    }

    [Fact]
    public async Task Settings_are_what_an_application_needs()
    {
        var settings = (await GetAsync("")).Body["settings"]!;
        Assert.Equal(clerk.SecretKey, settings["CLERK_SECRET_KEY"]!.GetValue<string>());
        Assert.Equal(clerk.SigningSecret, settings["CLERK_WEBHOOK_SIGNING_SECRET"]!.GetValue<string>());
        Assert.Equal(clerk.Url, new Uri(settings["CLERK_API_URL"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Faults_are_set_by_name()
    {
        var faults = await control.SendAsync(HttpMethod.Put, "/_emulator/faults", JsonNode.Parse("""{"seed":3,"chances":{"too_many_requests":1}}"""));
        Assert.Equal(3, faults.Body["seed"]!.GetValue<int>());
        Assert.Equal(429, (await control.GetAsync("users")).Status);
        await control.SendAsync(HttpMethod.Delete, "/_emulator/faults");
        await PostAsync("faults/next", new() { ["fault"] = "server_error", ["path"] = "users" });
        Assert.InRange((await control.GetAsync("users")).Status, 500, 504);
        Assert.Equal(200, (await control.GetAsync("users")).Status);
        Assert.Equal(422, (await PostAsync("faults/next", new() { ["fault"] = "nonsense" })).Status);
    }

    [Fact]
    public async Task The_relay_is_set_by_name()
    {
        var relay = (await control.SendAsync(HttpMethod.Put, "/_emulator/relay", JsonNode.Parse("""{"ping_seconds":null,"silent":true,"strict":true,"refuse_with":403,"accept_delay_seconds":2}"""))).Body;
        Assert.Equal((clerk.RelayUrl.AbsoluteUri, true, 403), (relay["url"]!.GetValue<string>(), relay["silent"]!.GetValue<bool>(), relay["refuse_with"]!.GetValue<int>()));
        Assert.Equal((true, true, 403, TimeSpan.FromSeconds(2), null), (clerk.Relay.IsSilent, clerk.Relay.IsStrict, clerk.Relay.RefuseWith, clerk.Relay.AcceptDelay, clerk.Relay.PingInterval));
        Assert.Equal(200, (await PostAsync("relay/next", new() { ["fault"] = "binary_frame" })).Status);
        Assert.Equal(422, (await PostAsync("relay/next", new() { ["fault"] = "nonsense" })).Status);
        Assert.Equal(200, (await PostAsync("relay/close", new() { ["code"] = 1011 })).Status);
        Assert.Equal(422, (await PostAsync("relay/close", new() { ["code"] = 7 })).Status);
        Assert.Equal(200, (await PostAsync("relay/drop")).Status);
        await control.SendAsync(HttpMethod.Delete, "/_emulator/relay");
        Assert.Equal((false, null), (clerk.Relay.IsSilent, clerk.Relay.RefuseWith));
    }

    [Fact]
    public async Task People_accept_pay_and_sign_out()
    {
        var mara = clerk.Users.Create("mara@example.com");
        var jun = clerk.Users.Create("jun@example.com");
        var organization = clerk.Organizations.Create("Lantern", mara.Id);
        var invitation = clerk.OrganizationInvitations.Create(organization.Id, "jun@example.com");
        Assert.Equal("accepted", (await PostAsync($"organization_invitations/{invitation.Id}/accept", new() { ["user_id"] = jun.Id })).Body["status"]!.GetValue<string>());
        Assert.Equal(2, clerk.Memberships.Count);

        var session = (await PostAsync("sessions", new() { ["user_id"] = jun.Id, ["organization_id"] = organization.Id })).Body["session"]!["id"]!.GetValue<string>();
        Assert.Equal(200, (await PostAsync($"sessions/{session}/token", new() { ["claims"] = new JsonObject { ["x"] = 1 } })).Status);
        Assert.Equal("ended", (await PostAsync($"sessions/{session}/end")).Body["status"]!.GetValue<string>());

        var plan = (await PostAsync("billing/plans", new() { ["slug"] = "pro", ["name"] = "Pro", ["monthly_fee"] = 1900 })).Body["id"]!.GetValue<string>();
        var item = (await PostAsync("billing/subscription_items", new() { ["owner_id"] = mara.Id, ["plan_id"] = plan })).Body["id"]!.GetValue<string>();
        var changed = await control.SendAsync(HttpMethod.Patch, $"/_emulator/billing/subscription_items/{item}", new JsonObject { ["status"] = "past_due" });
        Assert.Equal("past_due", changed.Body["status"]!.GetValue<string>());
        Assert.Equal("email.created", (await PostAsync("messages", new() { ["type"] = "email.created", ["data"] = new JsonObject { ["id"] = "ema_1" } })).Body["type"]!.GetValue<string>());
    }

    [Fact]
    public async Task Reset_forgets_and_begins_with_the_same_ids()
    {
        var first = clerk.Users.Create().Id;
        await PostAsync("reset");
        Assert.Equal(0, clerk.Users.Count);
        Assert.Empty(clerk.Messages);
        Assert.Equal(first, clerk.Users.Create().Id);
    }

    [Fact]
    public async Task Pages_of_a_browser_and_unknown_calls_are_refused()
    {
        Assert.Equal(404, (await GetAsync("nonsense")).Status);
        Assert.Equal(404, (await GetAsync("endpoints/ep_0")).Status);
        Assert.Equal(422, (await PostAsync("endpoints", new() { ["url"] = "here" })).Status);
        control.Client.DefaultRequestHeaders.Add("Origin", "https://page.example");
        Assert.Equal(403, (await PostAsync("reset")).Status);
    }

    [Fact]
    public async Task The_systems_clock_cannot_be_moved()
    {
        await using var real = await ClerkEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var other = new ApiCaller(real);
        Assert.Equal(409, (await other.SendAsync(HttpMethod.Post, "/_emulator/clock/advance", new JsonObject { ["seconds"] = 1 })).Status);
    }

    private Task<ApiReply> GetAsync(string path) => control.GetAsync($"/_emulator/{path}");

    private Task<ApiReply> PostAsync(string path, JsonObject? body = null) => control.SendAsync(HttpMethod.Post, $"/_emulator/{path}", body ?? []);
}
