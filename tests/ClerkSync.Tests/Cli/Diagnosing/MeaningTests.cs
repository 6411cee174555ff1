using System.Net;
using System.Text;
using ClerkSync.Cli.Diagnosing;

namespace ClerkSync.Tests.Cli.Diagnosing;

/// <summary>Who answered a probe, and why.</summary>
public sealed class MeaningTests
{
    private const string Url = "https://app.example.com/api/webhooks/clerk";

    [Theory]
    [InlineData(200, """{"received":true,"result":"ignored","why":"The event is an example."}""", null)]
    [InlineData(200, "", null)]
    [InlineData(204, "", null)]
    [InlineData(200, "Webhook received", null)]
    [InlineData(400, """{"error":"The signature does not match.","reason":"signature_mismatch"}""", "wrong_secret")]
    [InlineData(400, """{"error":"The header svix-id is missing.","reason":"missing_headers"}""", "headers_dropped")]
    [InlineData(400, """{"error":"The header svix-id occurs 2 times.","reason":"malformed_headers"}""", "headers_changed")]
    [InlineData(400, """{"error":"It was signed 900 s before.","reason":"timestamp_too_old"}""", "clock")]
    [InlineData(400, """{"error":"It was signed 900 s after.","reason":"timestamp_too_new"}""", "clock")]
    [InlineData(400, """{"error":"The body is empty.","reason":"empty_body"}""", "body_lost")]
    [InlineData(404, """{"error":"There is nothing at this path.","reason":"not_found"}""", "wrong_path")]
    [InlineData(405, """{"error":"It takes POST.","reason":"method_not_allowed"}""", "wrong_method")]
    [InlineData(413, """{"error":"The body is larger.","reason":"body_too_large"}""", "body_refused")]
    [InlineData(503, """{"error":"None is configured.","reason":"no_signing_secret"}""", "no_signing_secret")]
    [InlineData(503, """{"error":"More are waiting.","reason":"queue_full"}""", "queue_full")]
    [InlineData(503, """{"error":"It cannot be reached.","reason":"database_unavailable"}""", "database_unavailable")]
    [InlineData(503, """{"error":"Run clerksync migrate.","reason":"schema_outdated"}""", "schema_outdated")]
    [InlineData(403, """{"error":"Not here.","reason":"something_new"}""", "refused")]
    [InlineData(400, "Unable to verify incoming webhook: No matching signature found", "wrong_secret")]
    [InlineData(400, "Missing required webhook headers: svix-id, svix-timestamp, svix-signature", "headers_dropped")]
    [InlineData(400, "Unable to verify incoming webhook: Message timestamp too old", "clock")]
    [InlineData(400, "Missing webhook signing secret. Set the CLERK_WEBHOOK_SIGNING_SECRET environment variable", "no_signing_secret")]
    [InlineData(400, "Error verifying webhook", "not_verified")]
    [InlineData(400, "<h2>Bad Request - Invalid Hostname</h2>", "host_refused")]
    [InlineData(400, "The required antiforgery cookie is not present.", "antiforgery")]
    [InlineData(401, "", "forbidden")]
    [InlineData(403, "<!doctype html><title>Forbidden</title>", "login_wall")]
    [InlineData(403, "Forbidden", "forbidden")]
    [InlineData(200, "<!DOCTYPE html><title>Sign in to Harbor</title><input type=\"password\">", "login_wall")]
    [InlineData(200, "<!doctype html><title>Harbor</title><div id=\"root\"></div>", "not_an_endpoint")]
    [InlineData(404, "Cannot POST /api/webhooks/clerk", "wrong_path")]
    [InlineData(405, "", "wrong_method")]
    [InlineData(413, "", "too_large")]
    [InlineData(415, "", "body_refused")]
    [InlineData(418, "", "refused")]
    [InlineData(429, "", "rate_limited")]
    [InlineData(500, "Internal Server Error", "server_error")]
    [InlineData(502, "", "gateway")]
    [InlineData(503, "Service Unavailable", "unavailable")]
    [InlineData(504, "", "gateway")]
    public void Answers_are_understood(int status, string body, string? code) => Assert.Equal(code, Meaning.Of(Answer(status, body)).Code);

    [Theory]
    [InlineData("http://app.example.com/hook", "https://app.example.com/hook", "redirect_https")]
    [InlineData("https://example.com/hook", "https://www.example.com/hook", "redirect_www")]
    [InlineData("https://www.example.com/hook", "https://example.com/hook", "redirect_www")]
    [InlineData("https://app.example.com/hook", "/hook/", "redirect_slash")]
    [InlineData("https://app.example.com/hook/", "https://app.example.com/hook", "redirect_slash")]
    [InlineData("https://app.example.com/hook", "/en/hook", "redirect")]
    [InlineData("https://app.example.com/hook", "/sign-in?redirect_url=%2Fhook", "login_wall")]
    [InlineData("https://app.example.com/hook", "https://accounts.example.com/", "login_wall")]
    [InlineData("https://app.example.com/hook", "https://neat-cat-1.accounts.dev/sign-in", "login_wall")]
    [InlineData("https://app.example.com/hook", "https://vercel.com/sso-api?url=x", "redirect")]
    [InlineData("https://app.example.com/hook", "http://app.example.com/hook", "redirect")]
    [InlineData("https://app.example.com/hook", null, "redirect")]
    public void Redirects_are_told_apart_and_their_query_is_not_shown(string url, string? location, string code)
    {
        var meaning = Meaning.Of(Answer(307, "", url, location is null ? [] : [("Location", location)]));

        Assert.Equal((code, CheckStatus.Fail), (meaning.Code, meaning.Status));
        Assert.DoesNotContain("redirect_url=", meaning.Message + meaning.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://harbor.ngrok-free.app/hook", 404, "", "ngrok-error-code", "ERR_NGROK_3200", "tunnel_closed")]
    [InlineData("https://harbor.ngrok-free.app/hook", 502, "", "ngrok-error-code", "ERR_NGROK_8012", "tunnel_without_server")]
    [InlineData("https://harbor.ngrok-free.app/hook", 403, "<!doctype html>ERR_NGROK_3206", null, null, "tunnel_page")]
    [InlineData("https://quiet-cats.loca.lt/hook", 511, "<!doctype html><title>Tunnel Password</title> bypass-tunnel-reminder", "Content-Type", "text/html", "tunnel_page")]
    [InlineData("https://quiet-cats.loca.lt/hook", 503, "503 - Tunnel Unavailable", null, null, "tunnel_closed")]
    [InlineData("https://quiet-cats.loca.lt/hook", 404, "Cannot POST /hook", null, null, "wrong_path")]
    [InlineData("https://x1-8787.euw.devtunnels.ms/hook", 302, "", "Location", "https://tunnels.api.visualstudio.com/auth", "tunnel_login")]
    [InlineData("https://x1-8787.euw.devtunnels.ms/hook", 401, "", null, null, "tunnel_login")]
    [InlineData("https://x1-8787.euw.devtunnels.ms/hook", 502, "<!doctype html>", null, null, "tunnel_closed")]
    [InlineData("https://app.example.com/hook", 401, "", "WWW-Authenticate", "Basic realm=\"staging\"", "login_wall")]
    [InlineData("https://x1-8787.euw.devtunnels.ms/hook", 401, "Invalid signature", null, null, "wrong_secret")]
    [InlineData("https://x1-8787.euw.devtunnels.ms/hook", 404, "<!doctype html><title>Dev tunnel not found</title>", null, null, "tunnel_closed")]
    [InlineData("https://app.example.com/hook", 403, "<!doctype html>", "cf-mitigated", "challenge", "firewall")]
    [InlineData("https://app.example.com/hook", 530, "error code: 1033", "Server", "cloudflare", "tunnel_without_server")]
    [InlineData("https://app.example.com/hook", 404, "", "x-clerk-auth-reason", "protect-rewrite, session-token-and-uat-missing", "login_wall")]
    public void Who_stands_in_front_is_named(string url, int status, string body, string? header, string? value, string code) =>
        Assert.Equal(code, Meaning.Of(Answer(status, body, url, header is null ? [] : [(header, value!)])).Code);

    [Fact]
    public void A_slow_answer_is_a_warning()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.OK);

        var meaning = Meaning.Of(new ProbeAnswer(new(Url), response, "", TimeSpan.FromSeconds(6)));

        Assert.Equal((CheckStatus.Warn, "slow"), (meaning.Status, meaning.Code));
    }

    [Theory]
    [InlineData(200, "verifies_nothing", CheckStatus.Fail)]
    [InlineData(500, "unsigned_error", CheckStatus.Warn)]
    [InlineData(400, null, null)]
    [InlineData(401, null, null)]
    public void An_unsigned_request_has_to_be_refused(int status, string? code, object? expected)
    {
        var meaning = Successes.ReadUnsigned(Answer(status, ""));

        Assert.Equal((code, expected), (meaning?.Code, (object?)meaning?.Status));
    }

    [Fact]
    public void Every_lack_of_an_answer_has_a_cause_and_a_remedy()
    {
        var failures = Enum.GetValues<ProbeFailure>().Where(f => f != ProbeFailure.None).Select(f => Meaning.Of(new ProbeAnswer(new(Url), f))).ToArray();

        Assert.Equal(["timeout", "unknown_host", "unreachable", "certificate", "tls", "no_http", "connection_lost"], failures.Select(m => m.Code));
        Assert.All(failures, m => Assert.NotEmpty(m.Remedy!));
    }

    [Fact]
    public void The_detail_says_who_answered_and_hides_what_may_be_secret()
    {
        Assert.Equal(
            "Status 404 (NotFound) after 20 ms; Server: nginx/1.29; Via: 1.1 caddy; it says: Not here.",
            Answer(404, "Not\u001b\nhere.", Url, [("Server", "nginx/1.29"), ("Via", "1.1 caddy")]).Detail);
        Assert.Equal("Status 404 (NotFound) after 20 ms.", Answer(404, "Cannot POST /hook?token=harbor-42", Url + "?token=harbor-42").Detail);
        Assert.Equal("Status 200 (OK) after 20 ms; it says: Sign in.", Answer(200, "<!doctype html><title>Sign in</title><p>long").Detail);
        Assert.EndsWith("x….", Answer(500, new string('x', 1000)).Detail, StringComparison.Ordinal);
    }

    private static ProbeAnswer Answer(int status, string body, string url = Url, params IReadOnlyList<(string Name, string Value)> headers)
    {
        using var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        foreach (var (name, value) in headers)
        {
            if (!response.Headers.TryAddWithoutValidation(name, value))
                response.Content.Headers.TryAddWithoutValidation(name, value);
        }

        return new(new(url), response, body, TimeSpan.FromMilliseconds(20));
    }
}
