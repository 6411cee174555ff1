using ClerkSync.Database.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace ClerkSync.Database.Tests.Cli.Doctor;

/// <summary>Set-ups with one thing broken, for real; the doctor names that thing, and no other.</summary>
public sealed class BrokenSetUpTests(PostgresServer postgres)
{
    private const string OtherSecret = "whsec_Kz70KqGqFH+1TaGKFNk/WpFRCak68LdQ";

    private static readonly Dictionary<string, BrokenSetUp> s_setUps = new(StringComparer.Ordinal)
    {
        ["the secret of another endpoint"] = new(
            w => w.Set("CLERK_WEBHOOK_SIGNING_SECRET", OtherSecret), "another signing secret than the one configured here", "endpoint: wrong_secret"),
        ["a secret that was cut off"] = new(
            w => w.Set("CLERK_WEBHOOK_SIGNING_SECRET", w.Clerk.SigningSecret[..^3]), "It was cut off", "signing_secret: bad_signing_secret", "endpoint: no_signed_probe"),
        ["a publishable key in the secret's place"] = new(
            w => w.Set("CLERK_WEBHOOK_SIGNING_SECRET", "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k"), "publishable key", "signing_secret: bad_signing_secret", "endpoint: no_signed_probe"),
        ["no secret at all"] = new(
            w => w.Set("CLERK_WEBHOOK_SIGNING_SECRET", ""), "No signing secret is set", "signing_secret: no_signing_secret", "endpoint: no_signed_probe"),
        ["two names with two secrets"] = new(
            w => w.Set("CLERK_WEBHOOK_SECRET", OtherSecret), "are both set, and differ", "signing_secret: two_signing_secrets"),
        ["settings in the parent folder"] = new(
            w => w.Set("CLERK_WEBHOOK_SIGNING_SECRET", "").MoveDownBeside(w, ".env", $"CLERK_WEBHOOK_SIGNING_SECRET={w.Clerk.SigningSecret}"),
            "is not read", "env_files: env_file_not_read", "signing_secret: no_signing_secret", "endpoint: no_signed_probe"),
        ["a file that the environment overrides"] = new(
            w => w.Write(".env.local", $"CLERK_WEBHOOK_SIGNING_SECRET={OtherSecret}"), "the environment has another value", "env_files: env_overridden"),
        ["a configuration file with a mistake"] = new(
            w => w.Write("clerksync.json", "{ \"signingSecret\": }"), "is not JSON", "configuration: file_is_not_json"),
        ["a secret key that Clerk refuses"] = new(
            w => w.Set("CLERK_SECRET_KEY", "sk_live_gone"), "Clerk does not take the secret key", "secret_key: secret_key_refused"),
        ["keys of two instances"] = new(
            w => w.Set("CLERK_PUBLISHABLE_KEY", "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k"), "belong to two instances", "secret_key: mixed_keys"),
        ["the secret key of another instance"] = new(
            w => w.UseOtherClerkAsync(new() { Seed = 7, SecretKey = "sk_test_other", TimeProvider = w.Cli.Time }), "The secret key belongs to instance", "instance: wrong_secret_key"),
        ["another instance configured"] = new(
            w => w.Set("CLERK_INSTANCE_ID", "ins_2aBcDeFgHiJkLmNoPqRsTuVwXyZ"), "CLERK_INSTANCE_ID is ins_2aBcDeFgHiJkLmNoPqRsTuVwXyZ", "instance: wrong_instance"),
        ["a clock ten minutes behind Clerk's"] = new(
            w => w.UseOtherClerkAsync(new() { InstanceId = w.Clerk.InstanceId, SecretKey = w.Clerk.SecretKey, TimeProvider = new FakeTimeProvider(w.Cli.Time.GetUtcNow().AddMinutes(10)) }),
            "behind Clerk's clock", "clock: clock_wrong"),
        ["a database that is not there"] = new(
            w => w.Set("CLERKSYNC_DATABASE", "sqlite:gone.db"), "There is no database", "database: no_database"),
        ["a database server that is down"] = new(
            w => w.Set("CLERKSYNC_DATABASE", "postgresql://app:opensesame@127.0.0.1:1/app"), "nothing listens there", "database: database_unavailable"),
        ["tables of an older version"] = new(
            w => w.Engine.ExecuteAsync("UPDATE {{schema_history}} SET version = 0, fingerprint = 'old'"), "of another version", "schema: schema_outdated"),
        ["messages that were given up"] = new(
            w => w.Engine.ExecuteAsync("UPDATE {{inbox_messages}} SET result = 'dead'"), "given up", "inbox: dead_messages"),
        ["tables that were never filled"] = new(
            w => w.Engine.ExecuteAsync($"DELETE FROM {{{{checkpoints}}}} WHERE name = '{ClerkSync.Backfill.BackfillCheckpoints.Name}'"), "never been filled", "sync: never_filled"),
        ["events that nobody subscribed to"] = new(BrokenSetUp.LoseEventsAsync, "\"organization.*\" has never arrived", "subscriptions: events_missing"),
        ["a redirect to https"] = BrokenSetUp.Answering(
            http => http.Response.Redirect("https://app.example.com/api/webhooks/clerk", permanent: true), "redirects to https", "http://app.example.com/api/webhooks/clerk", "endpoint_url: not_https", "endpoint: redirect_https"),
        ["a redirect to www"] = BrokenSetUp.Answering(
            http => http.Response.Redirect("https://www.app.example.com/api/webhooks/clerk"), "from app.example.com to www.app.example.com", null, "endpoint: redirect_www"),
        ["a login"] = BrokenSetUp.Answering(
            http => http.Response.Redirect("/Account/Login?ReturnUrl=%2Fapi"), "A login stands before the endpoint", null, "endpoint: login_wall"),
        ["a tunnel that is closed"] = BrokenSetUp.Answering(
            http => (http.Response.StatusCode, http.Response.Headers["ngrok-error-code"]) = (404, "ERR_NGROK_3200"), "ngrok answered, and not your server", "https://harbor.ngrok-free.app/api/webhooks/clerk", "endpoint: tunnel_closed", "ngrok: no_agent"),
        ["the wrong path"] = new(w => Task.CompletedTask, "POST /api/webhooks/clerk", "endpoint: wrong_path") { Url = "https://app.example.com/webhooks" },
        ["a handler that verifies nothing"] = BrokenSetUp.Answering(_ => { }, "to an unsigned request too", null, "endpoint: verifies_nothing"),
        ["a server without a secret"] = new(
            async w => w.Serve(await Site.ReceivingAsync(w.Engine, secret: null)), "cannot take deliveries now (no_signing_secret)", "endpoint: no_signing_secret"),
        ["a server whose clock is wrong"] = new(
            async w => w.Serve(await Site.VerifyingAsync(w.Clerk.SigningSecret, new FakeTimeProvider(w.Cli.Time.GetUtcNow().AddHours(1)), http => http.Response.WriteAsync("ok"), ours: true)),
            "its clock is ahead of this machine's", "endpoint: clock"),
        ["a proxy that drops the headers"] = new(
            async w => w.Serve(await Site.ReceivingAsync(w.Engine, w.Clerk.SigningSecret, before: http => http.Request.Headers.Remove("svix-signature"))), "something on the way drops them", "endpoint: headers_dropped"),
        ["a proxy that rewrites the body"] = new(
            async w => w.Serve(await Site.ReceivingAsync(w.Engine, w.Clerk.SigningSecret, before: http => http.Request.Body = new MemoryStream([.. Enumerable.Repeat((byte)' ', (int)http.Request.ContentLength!)]))), "Else something on the way changed the body", "endpoint: wrong_secret"),
        ["a server that is down"] = new(
            async w =>
            {
                await w.Site.DisposeAsync();
                w.Routes.Lead("app.example.com", w.Site.Port);
            },
            "Nothing answers at https://app.example.com", "endpoint: unreachable"),
        ["a name that nobody knows"] = new(_ => Task.CompletedTask, "not known", "endpoint: unknown_host") { Url = "https://gone.example.com/api/webhooks/clerk" },
        ["a tunnel to another port"] = new(
            w => w.ServeNgrokAsync("""{"endpoints":[{"url":"https://harbor.ngrok-free.app","upstream":{"url":"http://localhost:3000"}}],"uri":"/api/endpoints"}"""), "No address of ngrok leads to port 8787", "ngrok: tunnel_elsewhere"),
    };

    public static TheoryData<string> Names { get; } = [.. s_setUps.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_right_cause_is_named_and_no_other(string name)
    {
        var setUp = s_setUps[name];
        await using var world = await DoctorWorld.StartAsync(DatabaseKind.Sqlite, postgres);
        await setUp.Break(world);

        var findings = await world.ExamineAsync(setUp.Url ?? DoctorWorld.Url, []);

        Assert.Equal(setUp.Causes, DoctorWorld.CausesIn(findings));
        var cause = findings[setUp.Causes[0].Split(':')[0]];
        if (setUp.Causes is ["endpoint_url: not_https", ..])
            cause = findings["endpoint"];
        Assert.Contains(setUp.Says, cause.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(cause.GetProperty("remedy").GetString()!);
    }

    [Fact]
    public async Task PostgreSql_that_does_not_sync_is_named()
    {
        await using var world = await DoctorWorld.StartAsync(DatabaseKind.PostgreSql, postgres);
        world.Cli.Time.AdjustTime(TimeProvider.System.GetUtcNow());

        Assert.Equal(["durability: fsync_off"], DoctorWorld.CausesIn(await world.ExamineAsync()));
    }

    [Fact]
    public async Task A_clock_that_differs_from_the_databases_is_named()
    {
        await using var world = await DoctorWorld.StartAsync(DatabaseKind.PostgreSql, postgres);
        world.Cli.Time.AdjustTime(TimeProvider.System.GetUtcNow().AddMinutes(-12));

        var findings = await world.ExamineAsync();

        Assert.Equal(["durability: fsync_off", "clock: clock_wrong"], DoctorWorld.CausesIn(findings));
        Assert.Matches(@"7\d\d s behind the database's", findings["clock"].GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Tables_that_are_missing_are_named()
    {
        await using var world = await DoctorWorld.StartAsync(DatabaseKind.Sqlite, postgres);
        await using var empty = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, postgres);
        world.Cli.Environment["CLERKSYNC_DATABASE"] = empty.ConnectionString;
        world.Cli.Time.AdjustTime(TimeProvider.System.GetUtcNow());

        Assert.Equal(["durability: fsync_off", "schema: schema_missing"], DoctorWorld.CausesIn(await world.ExamineAsync()));
    }

    [Fact]
    public async Task Runs_that_nobody_works_on_are_named()
    {
        await using var session = await RunSession.StartAsync(DatabaseKind.Sqlite, postgres, (h, s) => h.AddHandler<Events.UserEvent>(o => o.Name = "mail", s.Note));
        session.Cli.HttpHandler = new Routes().CreateHandler;
        await session.Engine.ReceiveAsync("msg_1", Receiving.Bodies.User("user.created", "user_1", 0));
        session.Cli.Time.Advance(TimeSpan.FromMinutes(6));

        var outcome = await session.Cli.RunAsync("doctor", "--json", "--spotlight");

        Assert.Contains("\"name\":\"handlers\",\"status\":\"fail\",\"message\":\"Runs of handler mail are due and nobody works on them.", outcome.Out, StringComparison.Ordinal);
    }
}
