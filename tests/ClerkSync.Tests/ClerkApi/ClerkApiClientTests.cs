using System.IO.Compression;
using System.Text;
using ClerkSync.ClerkApi;
using Microsoft.AspNetCore.Http;

namespace ClerkSync.Tests.ClerkApi;

public sealed class ClerkApiClientTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_names_key_version_and_program()
    {
        await using var stub = await ClerkStub.StartAsync();
        await stub.Client().ReadAsync($"users/{ClerkApiClient.Escape("user_1")}", Token);

        var request = Assert.Single(stub.Requests);
        Assert.Equal("/v1/users/user_1", request.Url);
        Assert.Equal($"Bearer {ClerkStub.Key}", request.Headers["Authorization"]);
        Assert.Equal("2026-05-12", request.Headers["Clerk-API-Version"]);
        Assert.StartsWith("ClerkSync/", request.Headers["User-Agent"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Queries_repeat_names_and_escape_values()
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(200, "[]");
        await stub.Client().ListAsync("/users", [new("order_by", "+created_at"), new("user_id", "user_1"), new("user_id", "a&b")], Token);
        Assert.Equal("/v1/users?order_by=%2Bcreated_at&user_id=user_1&user_id=a%26b", Assert.Single(stub.Requests).Url);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    public void An_id_cannot_change_the_path(string id) => Assert.Throws<ArgumentException>(() => ClerkApiClient.Escape(id));

    [Fact]
    public void A_slash_in_an_id_stays_in_the_id() => Assert.Equal("..%2Forganizations", ClerkApiClient.Escape("../organizations"));

    [Theory]
    [InlineData("""[{"id":"a","n":[1,{"x":"}"}]} , {"id" : "b" }]""", null)]
    [InlineData(""" { "data" : [ {"id":"a","n":[1,{"x":"}"}]},{"id" : "b" }],"total_count": 712 } """, 712L)]
    [InlineData("""{"total_count":712,"other":{"data":[{}]},"data":[{"id":"a","n":[1,{"x":"}"}]},{"id" : "b" }]}""", 712L)]
    [InlineData("""{"data":[{"id":"a","n":[1,{"x":"}"}]},{"id" : "b" }],"total_count":"many"}""", null)]
    public async Task A_page_is_read_in_either_shape_and_its_items_are_the_bytes_that_came(string body, long? totalCount)
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(200, body);
        var page = await stub.Client().ListAsync("users", [], Token);
        Assert.Equal(["""{"id":"a","n":[1,{"x":"}"}]}""", """{"id" : "b" }"""], page.Items.Select(i => Encoding.UTF8.GetString(i.Span)));
        Assert.Equal(totalCount, page.TotalCount);
    }

    [Theory]
    [InlineData("[]", null)]
    [InlineData("""{"data":[],"total_count":0}""", 0L)]
    public async Task An_empty_page_is_empty(string body, long? totalCount)
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(200, body);
        var page = await stub.Client().ListAsync("users", [], Token);
        Assert.Empty(page.Items);
        Assert.Equal(totalCount, page.TotalCount);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"data":null,"total_count":0}""")]
    [InlineData("""{"data":{"id":"a"}}""")]
    [InlineData("""[1]""")]
    [InlineData("""{"data":[null]}""")]
    [InlineData("""[[]]""")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    public async Task Another_shape_is_no_page(string body)
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(200, body);
        var failure = await Assert.ThrowsAsync<ClerkApiException>(() => stub.Client().ListAsync("users", [], Token));
        Assert.False(failure.IsTransient);
        Assert.Contains("is not a list", failure.Message, StringComparison.Ordinal);
        Assert.Single(stub.Requests);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    public async Task An_object_is_an_object(string body)
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(200, body);
        var failure = await Assert.ThrowsAsync<ClerkApiException>(() => stub.Client().ReadAsync("users/user_1", Token));
        Assert.Contains("is not an object", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metadata_may_be_nested_as_deep_as_eight_kilobytes_allow()
    {
        await using var stub = await ClerkStub.StartAsync();
        var body = $$"""{"id":"user_1","m":{{new string('[', 4000)}}{{new string(']', 4000)}}}""";
        stub.Then(200, body);
        Assert.Equal(body, Encoding.UTF8.GetString((await stub.Client().ReadAsync("users/user_1", Token))!.Body.Span));
    }

    [Fact]
    public async Task Nothing_is_null_only_when_Clerk_says_that_there_is_nothing()
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(404, ClerkStub.Error("resource_not_found"));
        var now = stub.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.Null(await stub.Client().ReadAsync("users/user_1", Token));
        Assert.Equal((null, now), await stub.Client().AskAsync("users/user_1", Token));
        Assert.Equal((null, now), await stub.Client().FindListAsync("organizations/org_1/memberships", [], Token));
        var list = await Assert.ThrowsAsync<ClerkApiException>(() => stub.Client().ListAsync("organizations/org_1/memberships", [], Token));
        Assert.Equal((404, "resource_not_found"), (list.Status, list.Code));
    }

    [Theory]
    [InlineData(404, "")]
    [InlineData(404, "<html>no such page</html>")]
    [InlineData(404, """{"errors":[{"code":"something_else"}]}""")]
    public async Task A_wrong_address_is_not_a_missing_object(int status, string body)
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(status, body);
        var failure = await Assert.ThrowsAsync<ClerkApiException>(() => stub.Client().ReadAsync("users/user_1", Token));
        Assert.Contains("CLERK_API_URL", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_moment_of_an_answer_is_its_date_less_what_the_attempt_took()
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(http =>
        {
            stub.Clock.Advance(TimeSpan.FromMilliseconds(1_234));
            return ClerkStub.AnswerAsync(http, 200, "{}", ("Date", "Sat, 01 Aug 2026 13:00:07 GMT"));
        });
        var answer = await stub.Client().ReadAsync("users/user_1", Token);
        var date = new DateTimeOffset(2026, 8, 1, 13, 0, 7, TimeSpan.Zero).ToUnixTimeMilliseconds();
        Assert.Equal((date, date - 1_234), (answer!.AnsweredAt, answer.TakenAt));
    }

    [Fact]
    public async Task An_attempt_that_failed_does_not_count_as_duration_of_the_next()
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(503, "").Then(200, "[]");
        var page = await stub.Clock.FinishAsync(stub.Client().ListAsync("users", [], Token));
        Assert.Equal(page.AnsweredAt, page.TakenAt);
    }

    [Fact]
    public async Task An_answer_without_a_date_is_not_used()
    {
        await using var stub = await ClerkStub.StartAsync();
        using var client = stub.Client(handler: () => new WithoutDate { InnerHandler = ClerkApiClient.CreateHandler() });
        var failure = await Assert.ThrowsAsync<ClerkApiException>(() => client.ReadAsync("users/user_1", Token));
        Assert.Contains("Date", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_beyond_the_limit_is_not_read(bool isLengthKnown)
    {
        await using var stub = await ClerkStub.StartAsync();
        var body = $$"""{"x":"{{new string('x', 70_000)}}"}""";
        stub.Then(async http =>
        {
            http.Response.ContentType = "application/json";
            if (isLengthKnown)
                http.Response.ContentLength = body.Length;
            await http.Response.WriteAsync(body, http.RequestAborted);
        });
        var failure = await Assert.ThrowsAsync<ClerkApiException>(() => stub.Client(o => o.MaxAnswerSize = 65_536).ReadAsync("users/user_1", Token));
        Assert.Contains("larger than 65536 bytes", failure.Message, StringComparison.Ordinal);
        Assert.Single(stub.Requests);
        Assert.Equal(body.Length, (await stub.Client(o => o.MaxAnswerSize = 80_000).ReadAsync("users/user_1", Token))!.Body.Length);
    }

    [Fact]
    public async Task Compressed_answers_are_taken_and_bounded()
    {
        await using var stub = await ClerkStub.StartAsync();
        var body = $$"""{"x":"{{new string('x', 200_000)}}"}""";
        stub.Then(async http =>
        {
            http.Response.ContentType = "application/json";
            http.Response.Headers.ContentEncoding = "gzip";
            await using var gzip = new GZipStream(http.Response.Body, CompressionLevel.Fastest);
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(body), http.RequestAborted);
        });
        Assert.Equal(body.Length, (await stub.Client().ReadAsync("users/user_1", Token))!.Body.Length);
        Assert.Contains("gzip", stub.Requests.Last().Headers["Accept-Encoding"], StringComparison.Ordinal);
        await Assert.ThrowsAsync<ClerkApiException>(() => stub.Client(o => o.MaxAnswerSize = 100_000).ReadAsync("users/user_1", Token));
    }

    [Theory]
    [InlineData("""{"object":"instance","id":"ins_1","environment_type":"development"}""", "development")]
    [InlineData("""{"id":"ins_1"}""", null)]
    public async Task The_instance_of_the_key(string body, string? environment)
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(200, body);
        Assert.Equal(new ApiInstance("ins_1", environment), await stub.Client().GetInstanceAsync(Token));
        Assert.Equal("/v1/instance", Assert.Single(stub.Requests).Url);
    }

    [Theory]
    [InlineData(200, "{}")]
    [InlineData(404, """{"errors":[{"code":"resource_not_found"}]}""")]
    public async Task No_instance_is_an_error(int status, string body)
    {
        await using var stub = await ClerkStub.StartAsync();
        stub.Then(status, body);
        await Assert.ThrowsAsync<ClerkApiException>(() => stub.Client().GetInstanceAsync(Token));
    }

    [Fact]
    public async Task Without_a_key_nobody_is_asked()
    {
        await using var stub = await ClerkStub.StartAsync();
        using var client = stub.Client(o => o.SecretKey = " ");
        Assert.False(client.HasKey);
        var failure = await Assert.ThrowsAsync<ClerkApiException>(() => client.ReadAsync("users/user_1", Token));
        Assert.Contains("CLERK_SECRET_KEY", failure.Message, StringComparison.Ordinal);
        Assert.Empty(stub.Requests);
    }

    private sealed class WithoutDate : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            response.Headers.Remove("Date");
            return response;
        }
    }
}
