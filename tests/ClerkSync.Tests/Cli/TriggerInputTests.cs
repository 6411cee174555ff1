using System.Text.Json;
using ClerkSync.Cli;
using ClerkSync.Cli.Triggering;

namespace ClerkSync.Tests.Cli;

public sealed class TriggerInputTests : IDisposable
{
    private readonly CliRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Set_changes_values_by_path()
    {
        var body = await PrintAsync("user.created", "--set", "data.first_name=Ada", "--set", "data.banned=true", "--set", "data.last_name=null", "--set", "data.username=\"123\"",
            "--set", "data.email_addresses[0].email_address=ada@example.com", "--set", "data.public_metadata.plan.name=pro", "--set", "data.unsafe_metadata={\"a\":[1]}", "--set", "data.locale=a=b");

        var data = body.GetProperty("data");
        Assert.Equal("Ada", data.GetProperty("first_name").GetString());
        Assert.True(data.GetProperty("banned").GetBoolean());
        Assert.Equal(JsonValueKind.Null, data.GetProperty("last_name").ValueKind);
        Assert.Equal("123", data.GetProperty("username").GetString());
        Assert.Equal("ada@example.com", data.GetProperty("email_addresses")[0].GetProperty("email_address").GetString());
        Assert.Equal("pro", data.GetProperty("public_metadata").GetProperty("plan").GetProperty("name").GetString());
        Assert.Equal("""{"a":[1]}""", data.GetProperty("unsafe_metadata").GetRawText());
        Assert.Equal("a=b", data.GetProperty("locale").GetString());
    }

    [Fact]
    public async Task An_id_that_is_set_changes_everywhere()
    {
        var body = await PrintAsync("session.created", "--set", "data.user_id=user_mine");

        Assert.Equal("user_mine", body.GetProperty("data").GetProperty("user").GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("user.created", "first_name=x", "the body has no 'first_name'", "Did you mean 'data.first_name'?")]
    [InlineData("user.created", "data.frist_name=x", "the body has no 'data.frist_name'", "'data.first_name'")]
    [InlineData("user.created", "data.email_addresses.5.id=x", "the body has no", "Did you mean 'data.email_addresses.0.id'")]
    [InlineData("user.created", "data.first_name.x=1", "the body has no", "--print")]
    [InlineData("user.created", "data.first_name", "is not path=value", "--set data.first_name=Ada")]
    [InlineData("user.created", "=x", "is not path=value", "--set data.first_name=Ada")]
    [InlineData("sign-up", "data.id=user_x", "would put one id into all events", "Set ids on single events")]
    public async Task A_set_that_fits_nowhere_is_an_error_before_anything_is_sent(string name, string set, string message, string next)
    {
        await using var endpoint = await SampleEndpoint.StartAsync();

        var result = await _run.RunAsync("trigger", name, "--set", set, "--forward-to", endpoint.Url, "--secret", CliRun.Secret);

        Assert.Equal(ExitCodes.WrongUsage, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Contains(next, result.Error, StringComparison.Ordinal);
        Assert.Empty(endpoint.Received);
    }

    [Theory]
    [InlineData("3000", "http://localhost:3000/api/webhooks/clerk")]
    [InlineData("localhost:3000/x", "http://localhost:3000/x")]
    [InlineData("localhost:3000", "http://localhost:3000/api/webhooks/clerk")]
    [InlineData("localhost:3000/", "http://localhost:3000/")]
    [InlineData("127.0.0.1:5000/hook?a=b", "http://127.0.0.1:5000/hook?a=b")]
    [InlineData("[::1]:5000/hook", "http://[::1]:5000/hook")]
    [InlineData("app:8080/hook", "http://app:8080/hook")]
    [InlineData("example.com/hook", "https://example.com/hook")]
    [InlineData("http://example.com", "http://example.com/api/webhooks/clerk")]
    public void An_address_may_be_short(string typed, string url) =>
        Assert.Equal(url, TriggerTarget.ParseUrl(typed).ToString());

    [Theory]
    [InlineData("0")]
    [InlineData("70000")]
    [InlineData("ftp://x/y")]
    [InlineData("http://")]
    [InlineData("")]
    [InlineData("http://user:s3cret@example.com/x")]
    public void An_address_that_is_none_is_refused(string typed)
    {
        var exception = Assert.Throws<CliException>(() => TriggerTarget.ParseUrl(typed));

        Assert.Equal(ExitCodes.WrongUsage, exception.ExitCode);
        Assert.DoesNotContain("s3cret", exception.Message, StringComparison.Ordinal);
    }

    private async Task<JsonElement> PrintAsync(params string[] args)
    {
        var result = await _run.RunAsync(["trigger", .. args, "--print", "--secret", CliRun.Secret]);
        Assert.Equal((ExitCodes.Done, ""), (result.ExitCode, result.Error));
        return JsonDocument.Parse(result.Lines[^1]).RootElement;
    }
}
