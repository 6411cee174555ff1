using System.Net;
using System.Text;
using ClerkSync.Cli.Diagnosing;

namespace ClerkSync.Tests.Cli.Diagnosing;

/// <summary>Answers that are common, and whose cause has to be named.</summary>
public sealed class MeaningOfCommonSetUpsTests
{
    [Theory]
    [InlineData(401, """{"message":"Invalid signature"}""", "wrong_secret")]
    [InlineData(403, "Webhook signature verification failed", "wrong_secret")]
    [InlineData(401, "No matching signature found", "wrong_secret")]
    [InlineData(403, "Blocked request. This host (\"a.ngrok.app\") is not allowed.\nTo allow this host, add \"a.ngrok.app\" to `server.allowedHosts` in vite.config.js.", "host_refused")]
    [InlineData(403, "<!DOCTYPE html><title>403 Forbidden</title><p>CSRF verification failed. Request aborted.</p>", "antiforgery")]
    public void A_refusal_by_401_or_403_is_not_always_a_login(int status, string body, string code) =>
        Assert.Equal(code, Meaning.Of(Answer("https://app.example.com/hook", status, body)).Code);

    /// <summary>UseHttpsRedirection() behind a proxy that ends TLS: the application redirects to the very URL that was asked for.</summary>
    [Fact]
    public void A_redirect_to_the_same_https_address_is_the_forwarded_scheme()
    {
        var meaning = Meaning.Of(Answer("https://app.example.com/hook", 307, "", ("Location", "https://app.example.com/hook")));

        Assert.Equal("redirect_https", meaning.Code);
        Assert.Contains("X-Forwarded-Proto", meaning.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://x1-8787.euw.devtunnels.ms/hook", 307, "https://x1-8787.euw.devtunnels.ms/hook", "", "redirect_https")]
    [InlineData("https://x1-3000.euw.devtunnels.ms/hook", 404, null, "<!doctype html><title>404: This page could not be found.</title>", "wrong_path")]
    [InlineData("https://quiet-cats.loca.lt/hook", 404, null, "<!doctype html><title>404: This page could not be found.</title>", "wrong_path")]
    public void A_tunnel_is_not_blamed_for_what_the_server_behind_it_answers(string url, int status, string? location, string body, string code) =>
        Assert.Equal(code, Meaning.Of(Answer(url, status, body, location is null ? [] : [("Location", location)])).Code);

    /// <summary>Clerk's middleware puts this header on every answer to somebody who is not signed in, a plain 404 among them; what it hides has the reason protect-rewrite.</summary>
    [Fact]
    public void A_wrong_path_in_an_application_with_Clerks_middleware_is_a_wrong_path() => Assert.Equal(
        "wrong_path",
        Meaning.Of(Answer("https://app.example.com/webhook", 404, "Cannot POST /webhook", ("x-clerk-auth-status", "signed-out"), ("x-clerk-auth-reason", "session-token-and-uat-missing"))).Code);

    [Fact]
    public void What_an_endpoint_repeats_of_the_address_is_not_shown()
    {
        const string url = "https://harbor:opensesame@app.example.com/hook?token=vercel-bypass-42";
        var echo = Answer(url, 418, """{"headers":{"authorization":"Basic aGFyYm9yOm9wZW5zZXNhbWU="}}""");
        var own = Answer(url, 400, """{"error":"There is nothing at /hook?token=vercel-bypass-42.","reason":"other"}""");

        Assert.DoesNotContain("aGFyYm9yOm9wZW5zZXNhbWU=", echo.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("vercel-bypass-42", Meaning.Of(own).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_answer_is_cut_in_the_message_too() => Assert.InRange(
        Meaning.Of(Answer("https://app.example.com/hook", 400, $$"""{"error":"{{new string('x', 60_000)}}","reason":"other"}""")).Message.Length, 1, 1000);

    private static ProbeAnswer Answer(string url, int status, string body, params IReadOnlyList<(string Name, string Value)> headers)
    {
        using var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        foreach (var (name, value) in headers)
            response.Headers.TryAddWithoutValidation(name, value);
        return new(new(url), response, body, TimeSpan.FromMilliseconds(20));
    }
}
