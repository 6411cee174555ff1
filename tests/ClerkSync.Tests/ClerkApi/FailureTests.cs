using ClerkSync.ClerkApi;
using Microsoft.AspNetCore.Http;

namespace ClerkSync.Tests.ClerkApi;

/// <summary>What fails, what is tried again, and what is said about it.</summary>
public sealed class FailureTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Passing => ["500", "502", "503", "504", "429", "cut", "cut at once", "half", "empty"];

    [Theory]
    [MemberData(nameof(Passing))]
    public async Task What_passes_is_tried_again(string trouble)
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(Trouble(trouble)).Then(Trouble(trouble)).Then(200, """[{"id":"user_1"}]""");
        var page = await stub.Clock.FinishAsync(stub.Client().ListAsync("users", [], Token));
        Assert.Single(page.Items);
        Assert.Equal(3, stub.Requests.Count);
        Assert.Equal(2, stub.Log.Collector.Count);
    }

    [Theory]
    [MemberData(nameof(Passing))]
    public async Task What_does_not_pass_is_given_up_and_called_transient(string trouble)
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(Trouble(trouble));
        var failure = await Assert.ThrowsAsync<ClerkApiException>(() => stub.Clock.FinishAsync(stub.Client(o => o.MaxRetries = 3).ListAsync("users", [], Token)));
        Assert.True(failure.IsTransient);
        Assert.Equal(4, stub.Requests.Count);
        AssertSilent(failure, stub);
    }

    [Fact]
    public async Task Retries_end_when_their_time_is_over()
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(503, "", ("Retry-After", "20"));
        await Assert.ThrowsAsync<ClerkApiException>(
            () => stub.Clock.FinishAsync(stub.Client(o => o.RetryFor = TimeSpan.FromSeconds(50)).ListAsync("users", [], Token)));
        Assert.Equal(3, stub.Requests.Count);
    }

    [Fact]
    public async Task No_retries_when_none_are_wanted()
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(500, "");
        await Assert.ThrowsAsync<ClerkApiException>(() => stub.Client(o => o.MaxRetries = 0).ReadAsync("users/user_1", Token));
        Assert.Single(stub.Requests);
    }

    [Theory]
    [InlineData(400, "api_version_invalid", "Update ClerkSync")]
    [InlineData(401, "clerk_key_invalid", "CLERK_SECRET_KEY")]
    [InlineData(402, "unsupported", "switched on")]
    [InlineData(403, "authorization_invalid", "what the key may do")]
    [InlineData(404, "page_not_found", "CLERK_API_URL")]
    [InlineData(409, "conflict", "Try again")]
    [InlineData(410, "endpoint_gone", "given up")]
    [InlineData(422, "form_param_invalid", "parameter")]
    [InlineData(501, "not_implemented", "status.clerk.com")]
    public async Task What_stays_is_not_tried_again_and_the_message_says_what_to_do(int status, string code, string advice)
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(status, ClerkStub.Error(code, "trace-1"), ("cf-ray", "ray-1"));
        var failure = await Assert.ThrowsAsync<ClerkApiException>(() => stub.Client().ListAsync("users", [new("email_address", "Secret-Of-Ada")], Token));
        Assert.Equal((status, code, "trace-1", false), (failure.Status, failure.Code, failure.TraceId, failure.IsTransient));
        Assert.Contains($"GET /v1/users was answered {status}, {code}, trace trace-1. ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(advice, failure.Message, StringComparison.Ordinal);
        Assert.Single(stub.Requests);
        AssertSilent(failure, stub);
    }

    [Fact]
    public async Task The_ray_stands_in_for_the_trace()
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(401, ClerkStub.Error("clerk_key_invalid"), ("cf-ray", "8a1-FRA"));
        var failure = await Assert.ThrowsAsync<ClerkApiException>(() => stub.Client().ReadAsync("users/user_1", Token));
        Assert.Equal("8a1-FRA", failure.TraceId);
    }

    [Theory]
    [InlineData("""{"errors":[{"code":"Secret-Of-Ada wrote this"}],"clerk_trace_id":"<Secret-Of-Ada>"}""")]
    [InlineData("""{"errors":[{"code":{"Secret":"Of-Ada"}}],"clerk_trace_id":7}""")]
    [InlineData("""{"errors":{"Secret":"Of-Ada"}}""")]
    [InlineData("""[{"Secret":"Of-Ada"}]""")]
    [InlineData("Secret-Of-Ada")]
    [InlineData("")]
    public async Task Only_a_code_is_repeated(string body)
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(403, body);
        var failure = await Assert.ThrowsAsync<ClerkApiException>(() => stub.Client().ReadAsync("users/user_1", Token));
        Assert.Equal((403, null, null), (failure.Status, failure.Code, failure.TraceId));
        AssertSilent(failure, stub);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(302, "", ("Location", $"{stub.Url}/elsewhere"));
        var failure = await Assert.ThrowsAsync<ClerkApiException>(() => stub.Client().ReadAsync("users/user_1", Token));
        Assert.Contains("Redirects are not followed", failure.Message, StringComparison.Ordinal);
        Assert.Single(stub.Requests);
    }

    [Fact]
    public async Task A_page_of_somebody_else_is_not_an_answer()
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(async http =>
        {
            http.Response.ContentType = "text/html; charset=utf-8";
            await http.Response.WriteAsync("<p>Welcome to the hotel</p>", http.RequestAborted);
        });
        var failure = await Assert.ThrowsAsync<ClerkApiException>(() => stub.Client().ReadAsync("users/user_1", Token));
        Assert.Contains("not with JSON", failure.Message, StringComparison.Ordinal);
        Assert.Single(stub.Requests);
    }

    [Fact]
    public async Task Nobody_there()
    {
        await using var stub = await ClerkStub.StartAsync();
        using var client = stub.Client(o => (o.Url, o.MaxRetries) = ("http://127.0.0.1:9", 2));
        var failure = await Assert.ThrowsAsync<ClerkApiException>(() => stub.Clock.FinishAsync(client.ReadAsync("users/user_1", Token)));
        Assert.True(failure.IsTransient);
        Assert.Contains("no connection to 127.0.0.1:9", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, stub.Log.Collector.Count);
        AssertSilent(failure, stub);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_attempt_has_a_limit_in_which_its_body_counts(bool hasBegun)
    {
        await using var stub = await ClerkStub.StartAsync();
        var arrived = new TaskCompletionSource();
        stub.Then(async http =>
        {
            if (hasBegun)
            {
                await http.Response.WriteAsync("[", http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
            }

            arrived.SetResult();
            await Task.Delay(System.Threading.Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }).Then(200, "[]");
        var work = stub.Client(o => o.Timeout = TimeSpan.FromMinutes(2)).ListAsync("users", [], Token);
        await arrived.Task.WaitAsync(Token);
        stub.Clock.Advance(TimeSpan.FromMinutes(2));
        await stub.Clock.FinishAsync(work);
        Assert.Equal(2, stub.Requests.Count);
        Assert.Contains("not answered within 120 s", Assert.Single(stub.Log.Collector.GetSnapshot()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task A_compressed_answer_that_is_damaged_is_tried_again(string encoding)
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(async http =>
        {
            http.Response.ContentType = "application/json";
            http.Response.Headers.ContentEncoding = encoding;
            await http.Response.Body.WriteAsync(Enumerable.Repeat((byte)0xff, 200).ToArray(), http.RequestAborted);
        });
        stub.Then(200, """{"id":"user_1"}""");
        Assert.NotNull(await stub.Clock.FinishAsync(stub.Client().ReadAsync("users/user_1", Token)));
        Assert.Equal(2, stub.Requests.Count);
        Assert.Contains("connection broke", Assert.Single(stub.Log.Collector.GetSnapshot()).Message, StringComparison.Ordinal);
    }

    private static Func<HttpContext, Task> Trouble(string name) => name switch
    {
        "cut" => ClerkStub.CutAsync,
        "cut at once" => http =>
        {
            http.Abort();
            return Task.CompletedTask;
        }
        ,
        "half" => http => ClerkStub.AnswerAsync(http, 200, """[{"id":"user_1","first_name":"Secret-Of-Ada"},{"id":"""),
        "empty" => http => ClerkStub.AnswerAsync(http, 200, ""),
        _ => http => ClerkStub.AnswerAsync(http, int.Parse(name, System.Globalization.CultureInfo.InvariantCulture), ClerkStub.Error("trouble", "trace-1")),
    };

    private static void AssertSilent(ClerkApiException failure, ClerkStub stub)
    {
        var all = string.Join('\n', [failure.ToString(), .. stub.Log.Collector.GetSnapshot().Select(r => $"{r.Message} {r.Exception}")]);
        Assert.DoesNotContain("TheKeyThatNobodyMaySee", all, StringComparison.Ordinal);
        Assert.DoesNotContain("Of-Ada", all, StringComparison.Ordinal);
    }
}
