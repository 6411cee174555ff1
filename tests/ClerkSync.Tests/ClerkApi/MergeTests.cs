using System.Text;
using ClerkSync.ClerkApi;
using Microsoft.AspNetCore.Http;

namespace ClerkSync.Tests.ClerkApi;

/// <summary>The one request that changes something in Clerk.</summary>
public sealed class MergeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static ReadOnlyMemory<byte> Changes => """{"public_metadata":{"plan":"pro"}}"""u8.ToArray();

    [Fact]
    public async Task It_is_a_patch_of_JSON_and_the_same_again_after_trouble()
    {
        await using var stub = await ClerkStub.StartAsync();
        var seen = new List<string>();
        stub.Then(http => NoteAsync(http, seen, 503, "")).Then(http => CutAsync(http, seen)).Then(http => NoteAsync(http, seen, 200, """{"id":"user_1"}"""));
        var answer = await stub.Clock.FinishAsync(stub.Client().MergeAsync("users/user_1/metadata", Changes, Token));
        Assert.Equal("""{"id":"user_1"}""", Encoding.UTF8.GetString(answer!.Body.Span));
        Assert.Equal(Enumerable.Repeat("""PATCH /v1/users/user_1/metadata application/json {"public_metadata":{"plan":"pro"}}""", 3), seen);
        Assert.Equal($"Bearer {ClerkStub.Key}", stub.Requests.First().Headers["Authorization"]);
    }

    [Fact]
    public async Task Who_does_not_exist_is_null()
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(404, ClerkStub.Error("resource_not_found"));
        Assert.Null(await stub.Client().MergeAsync("users/user_1/metadata", Changes, Token));
    }

    [Theory]
    [InlineData(422, "form_param_invalid")]
    [InlineData(401, "clerk_key_invalid")]
    public async Task A_refusal_is_told_with_code_and_trace_and_not_tried_again(int status, string code)
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(status, ClerkStub.Error(code, "trace1"));
        var failure = await Assert.ThrowsAsync<ClerkApiException>(() => stub.Client().MergeAsync("users/user_1/metadata", Changes, Token));
        Assert.Equal((status, code, "trace1", false), (failure.Status, failure.Code, failure.TraceId, failure.IsTransient));
        Assert.StartsWith($"PATCH /v1/users/user_1/metadata was answered {status}, {code}, trace trace1.", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("pro", failure.Message.Replace("production", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Single(stub.Requests);
    }

    [Fact]
    public async Task Too_many_writes_of_one_user_hold_back_only_themselves()
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(429, "", ("Retry-After", "3")).Then(200, "{}");
        var client = stub.Client();
        var sentAt = stub.Clock.GetUtcNow();
        var merge = client.MergeAsync("users/user_1/metadata", Changes, Token);
        while (stub.Requests.IsEmpty || stub.Log.Collector.Count == 0)
            await Task.Yield();

        Assert.NotNull(await client.ReadAsync("users/user_2", Token));
        Assert.Equal(sentAt, stub.Requests.Last().At);

        Assert.NotNull(await stub.Clock.FinishAsync(merge));
        Assert.True(stub.Requests.Last().At - sentAt >= TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task Too_many_writes_of_one_user_are_no_matter_of_the_budget()
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(429, ClerkStub.Error("too_many_requests"), ("Retry-After", "10"));
        var failure = await Assert.ThrowsAsync<ClerkApiException>(() => stub.Client().MergeAsync("users/user_1/metadata", Changes, Token));
        Assert.Contains("10 writes in 10 s to one user or organization, and that is used up; Clerk asks to wait 10 s.", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("BudgetPercent", failure.Message, StringComparison.Ordinal);
    }

    private static async Task NoteAsync(HttpContext http, List<string> seen, int status, string body)
    {
        await ReadAsync(http, seen);
        await ClerkStub.AnswerAsync(http, status, body);
    }

    private static async Task CutAsync(HttpContext http, List<string> seen)
    {
        await ReadAsync(http, seen);
        await ClerkStub.CutAsync(http);
    }

    private static async Task ReadAsync(HttpContext http, List<string> seen)
    {
        using var reader = new StreamReader(http.Request.Body);
        seen.Add($"{http.Request.Method} {http.Request.Path} {http.Request.ContentType} {await reader.ReadToEndAsync(http.RequestAborted)}");
    }
}
