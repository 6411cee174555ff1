using ClerkSync.Database.Tests.Support;
using ClerkSync.Emulator;
using Microsoft.AspNetCore.Http;

namespace ClerkSync.Database.Tests.Cli.Doctor;

/// <summary>The common issues of Clerk's guide to webhooks: each is produced as Clerk's sender sees it, and the doctor names its cause.</summary>
public sealed class GuideSymptomTests(PostgresServer postgres)
{
    private const string OtherSecret = "whsec_Kz70KqGqFH+1TaGKFNk/WpFRCak68LdQ";

    [Fact]
    public async Task Status_400_is_the_secret_of_another_endpoint()
    {
        await using var world = await DoctorWorld.StartAsync(DatabaseKind.Sqlite, postgres);
        await using var site = await Site.ReceivingAsync(world.Engine, OtherSecret);

        Assert.Equal(400, (await DeliverAsync(world, new(site.Root, Site.Path))).Status);

        world.Serve(site);
        Assert.Equal(["endpoint: wrong_secret"], DoctorWorld.CausesIn(await world.ExamineAsync()));
    }

    [Fact]
    public async Task Status_400_of_another_frameworks_handler_is_the_secret_or_a_parsed_body()
    {
        await using var world = await DoctorWorld.StartAsync(DatabaseKind.Sqlite, postgres);
        await using var site = await Site.VerifyingAsync(OtherSecret, world.Cli.Time, http => http.Response.WriteAsync("ok"));

        Assert.Equal(400, (await DeliverAsync(world, new(site.Root, Site.Path))).Status);

        world.Serve(site);
        var findings = await world.ExamineAsync();
        Assert.Equal(["endpoint: not_verified"], DoctorWorld.CausesIn(findings));
        Assert.Contains("express.raw", findings["endpoint"].GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/webhook/clerk")]
    [InlineData("/")]
    public async Task Status_404_is_the_path(string path)
    {
        await using var world = await DoctorWorld.StartAsync(DatabaseKind.Sqlite, postgres);

        Assert.Equal(404, (await DeliverAsync(world, new(world.Site.Root, path))).Status);

        var findings = await world.ExamineAsync($"https://app.example.com{path}", []);
        Assert.Equal(["endpoint: wrong_path"], DoctorWorld.CausesIn(findings));
        Assert.Contains("POST /api/webhooks/clerk", findings["endpoint"].GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_404_of_Clerks_middleware_is_the_login()
    {
        await using var world = await DoctorWorld.StartAsync(DatabaseKind.Sqlite, postgres);
        await using var site = await Site.SayingAsync(
            404, "<!DOCTYPE html><title>404: This page could not be found.</title>",
            ("Content-Type", "text/html; charset=utf-8"), ("x-clerk-auth-status", "signed-out"), ("x-clerk-auth-reason", "protect-rewrite, session-token-and-uat-missing"));

        Assert.Equal(404, (await DeliverAsync(world, new(site.Root, Site.Path))).Status);

        world.Serve(site);
        Assert.Equal(["endpoint: login_wall"], DoctorWorld.CausesIn(await world.ExamineAsync()));
    }

    [Fact]
    public async Task A_timeout_is_a_handler_that_works_before_it_answers()
    {
        await using var world = await DoctorWorld.StartAsync(DatabaseKind.Sqlite, postgres);
        var waiting = new SemaphoreSlim(0);
        await using var site = await Site.VerifyingAsync(world.Clerk.SigningSecret, world.Cli.Time, http => NeverAsync(http, waiting));

        var delivery = DeliverAsync(world, new(site.Root, Site.Path));
        await waiting.WaitAsync(TestContext.Current.CancellationToken);
        world.Cli.Time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal((null, "timeout"), ((await delivery).Status, (await delivery).Error));

        world.Serve(site);
        Assert.Equal(["endpoint: slow_handler"], await CausesAfterTimeoutAsync(world, waiting, times: 1));
    }

    [Fact]
    public async Task A_timeout_of_everything_is_a_host_that_sleeps()
    {
        await using var world = await DoctorWorld.StartAsync(DatabaseKind.Sqlite, postgres);
        var waiting = new SemaphoreSlim(0);
        world.Serve(await Site.AnsweringAsync(http => NeverAsync(http, waiting)));

        Assert.Equal(["endpoint: timeout"], await CausesAfterTimeoutAsync(world, waiting, times: 2));
    }

    [Fact]
    public async Task Missing_events_are_not_subscribed()
    {
        await using var world = await DoctorWorld.StartAsync(DatabaseKind.Sqlite, postgres);
        await BrokenSetUp.LoseEventsAsync(world);
        Assert.DoesNotContain("organization.created", (await world.Engine.QueryAsync("SELECT DISTINCT event_type FROM {{inbox_messages}}")).Select(r => r[0]));

        var findings = await world.ExamineAsync();

        Assert.Equal(["subscriptions: events_missing"], DoctorWorld.CausesIn(findings));
        Assert.Contains("Subscribe to organization.* in Clerk's Dashboard", findings["subscriptions"].GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_events_are_an_endpoint_that_was_disabled()
    {
        await using var world = await DoctorWorld.StartAsync(DatabaseKind.Sqlite, postgres);
        world.Clerk.Remove(world.Endpoint);
        for (var day = 0; day < 6; day++)
        {
            world.Cli.Time.Advance(TimeSpan.FromDays(1));
            Assert.Equal(0, (await world.Cli.RunAsync("reconcile")).ExitCode);
        }

        var findings = await world.ExamineAsync();

        Assert.Equal(["subscriptions: silence"], DoctorWorld.CausesIn(findings));
        Assert.Contains("whether the endpoint is disabled", findings["subscriptions"].GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    private static async Task<EmulatedAttempt> DeliverAsync(DoctorWorld world, Uri url)
    {
        world.Clerk.Remove(world.Endpoint);
        var endpoint = world.Clerk.DeliverTo(url);
        world.Clerk.Users.Create($"{Guid.CreateVersion7(world.Cli.Time.GetUtcNow()):N}@example.com");
        await world.Clerk.WhenSettledAsync(TestContext.Current.CancellationToken);
        return endpoint.Attempts[^1];
    }

    private static async Task NeverAsync(HttpContext http, SemaphoreSlim waiting)
    {
        waiting.Release();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task<string[]> CausesAfterTimeoutAsync(DoctorWorld world, SemaphoreSlim waiting, int times)
    {
        var examination = world.ExamineAsync();
        for (var i = 0; i < times; i++)
        {
            await waiting.WaitAsync(TestContext.Current.CancellationToken);
            world.Cli.Time.Advance(TimeSpan.FromSeconds(15));
        }

        return DoctorWorld.CausesIn(await examination);
    }
}
