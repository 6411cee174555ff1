using System.Globalization;
using System.Text;
using System.Text.Json;
using ClerkSync.Cli;
using ClerkSync.Tests.Documents;

namespace ClerkSync.Tests.Cli;

public sealed class WebhooksCommandTests : IDisposable
{
    private const string Id = "msg_3BSyntheticDelivery0000001";
    private const string Timestamp = "1785400020";
    private const string Signature = "v1,Inz+QX8sFp7E8BOkPqv1Waa6EleJgkRdv8R3BdI7x78=";

    private static readonly byte[] s_body = File.ReadAllBytes(Repository.PathOf("tests", "Vectors", "samples", "user.created.json"));

    private readonly CliRun _run = new();

    public WebhooksCommandTests()
    {
        File.WriteAllBytes(Path.Join(_run.Directory, "body.json"), s_body);
    }

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task A_token_is_c_and_ten_letters_or_digits()
    {
        var plain = await _run.RunAsync("webhooks", "token");
        var json = await _run.RunAsync("webhooks", "token", "--json");

        Assert.Matches("^c_[0-9A-Za-z]{10}\n$", plain.Out);
        Assert.Contains($"https://webhooks.clerk.com/in/{plain.Out.Trim()}/", plain.Error, StringComparison.Ordinal);
        Assert.Matches("^\\{\"token\":\"c_[0-9A-Za-z]{10}\"\\}\n$", json.Out);
        Assert.Equal((0, 0, ""), (plain.ExitCode, json.ExitCode, json.Error));
    }

    [Fact]
    public async Task A_genuine_delivery_is_valid_whatever_its_age()
    {
        var plain = await VerifyAsync("--payload", "@body.json");
        var json = await VerifyAsync("--payload", "@body.json", "--json");

        Assert.Equal((0, $"Valid: {Id} carries a signature made with this secret.\n"), (plain.ExitCode, plain.Out));
        Assert.Equal((0, "{\"valid\":true}\n"), (json.ExitCode, json.Out));
        var age = CliRun.Now.ToUnixTimeSeconds() - 1785400020;
        Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"hint: the delivery was signed {age} s ago"), plain.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_body_may_come_from_standard_input()
    {
        _run.Input = s_body;

        Assert.Equal(ExitCodes.Done, (await VerifyAsync("--payload", "-")).ExitCode);
    }

    [Fact]
    public async Task Another_body_is_invalid()
    {
        _run.Write("body.json", Encoding.UTF8.GetString(s_body).Replace("Mara", "Sara", StringComparison.Ordinal));

        var plain = await VerifyAsync("--payload", "@body.json");
        var json = await VerifyAsync("--payload", "@body.json", "--json");

        Assert.Equal((1, ""), (plain.ExitCode, plain.Out));
        Assert.Contains("No signature of msg_3BSyntheticDelivery0000001 fits this secret and this body of 1891 bytes.", plain.Error, StringComparison.Ordinal);
        var error = JsonDocument.Parse(json.Error).RootElement.GetProperty("error");
        Assert.Equal((1, "", "invalid_webhook_signature"), (json.ExitCode, json.Out, error.GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public async Task A_line_end_that_an_editor_added_is_named(string end)
    {
        File.WriteAllBytes(Path.Join(_run.Directory, "body.json"), [.. s_body, .. Encoding.UTF8.GetBytes(end)]);

        var result = await VerifyAsync("--payload", "@body.json");

        Assert.Equal(ExitCodes.Failed, result.ExitCode);
        Assert.Contains("without it the signature is valid", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_capture_holds_everything_and_flags_override_it()
    {
        var line = JsonSerializer.Serialize(Convert.ToBase64String(s_body));
        _run.Write("events.ndjson",
            $$"""
            {"type":"ready","relay_url":"https://webhooks.clerk.com/in/c_x/","forward_to":"http://localhost:3000"}
            {"type":"reconnecting"}

            {"type":"event","svix_id":"{{Id}}","event_type":"user.created","headers":{"Svix-Id":"{{Id}}","svix-timestamp":["{{Timestamp}}"],"svix-signature":"v1,AAAA {{Signature}}"},"body_b64":{{line}},"forward_status":200,"latency_ms":3}
            not even JSON
            """);

        var valid = await _run.RunAsync("webhooks", "verify", "--secret", CliRun.Secret, "--delivery", "@events.ndjson");
        var other = await _run.RunAsync("webhooks", "verify", "--secret", CliRun.Secret, "--delivery", "@events.ndjson", "--id", "msg_other");

        Assert.Equal(ExitCodes.Done, valid.ExitCode);
        Assert.Equal(ExitCodes.Failed, other.ExitCode);
        Assert.Contains("msg_other", other.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_trigger_prints_can_be_verified()
    {
        var printed = await _run.RunAsync("trigger", "subscription.updated", "--print", "--json", "--secret", CliRun.Secret);
        _run.Input = printed.OutBytes;
        _run.Environment["CLERK_WEBHOOK_SIGNING_SECRET"] = $"whsec_bm90IHRoZSBzZXJ2ZXIncyBzZWNyZXQgYXQgYWxs {CliRun.Secret}";

        var result = await _run.RunAsync("webhooks", "verify", "--delivery", "-");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
    }

    [Theory]
    [InlineData("{\"type\":\"event\"", "Line 1 of the capture is not a delivery in JSON")]
    [InlineData("{\"type\":\"ready\"}\n[]", "Line 2 of the capture is not a delivery in JSON")]
    [InlineData("{\"type\":\"event\",\"body_b64\":\"%\"}", "Line 1 of the capture is not a delivery in JSON")]
    [InlineData("", "The capture has no delivery")]
    [InlineData("{\"type\":\"ready\"}", "The capture has no delivery")]
    [InlineData("{\"type\":\"event\",\"svix_id\":\"msg_1\",\"body_b64\":\"e30=\"}", "Not known: --timestamp, --signature.")]
    public async Task A_capture_that_cannot_be_used_is_wrong_usage(string capture, string message)
    {
        _run.Write("events.ndjson", capture);

        var result = await _run.RunAsync("webhooks", "verify", "--secret", CliRun.Secret, "--delivery", "@events.ndjson");

        Assert.Equal(ExitCodes.WrongUsage, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "no_signing_secret", "webhooks", "verify", "--payload", "@body.json")]
    [InlineData(2, "incomplete_delivery", "webhooks", "verify", "--secret", CliRun.Secret)]
    [InlineData(2, "bad_signing_secret", "webhooks", "verify", "--secret", "whsec_hidden!", "--payload", "@body.json")]
    [InlineData(2, "bad_signing_secret", "webhooks", "verify", "--secret", "whpk_hidden", "--payload", "@body.json")]
    [InlineData(2, "inline_value", "webhooks", "verify", "--secret", CliRun.Secret, "--payload", "{}")]
    [InlineData(2, "inline_value", "webhooks", "verify", "--secret", CliRun.Secret, "--payload", "@")]
    [InlineData(2, "stdin_twice", "webhooks", "verify", "--secret", CliRun.Secret, "--payload", "-", "--delivery", "-")]
    [InlineData(1, "file_not_found", "webhooks", "verify", "--secret", CliRun.Secret, "--payload", "@absent.json")]
    [InlineData(1, "file_not_found", "webhooks", "verify", "--secret", "@absent.txt")]
    [InlineData(2, "bad_timestamp", "webhooks", "verify", "--secret", CliRun.Secret, "--payload", "@body.json", "--id", Id, "--signature", Signature, "--timestamp", "1785400020.5")]
    [InlineData(2, "bad_timestamp", "webhooks", "verify", "--secret", CliRun.Secret, "--payload", "@body.json", "--id", Id, "--signature", Signature, "--timestamp", "-1")]
    [InlineData(2, "bad_headers", "webhooks", "verify", "--secret", CliRun.Secret, "--payload", "@body.json", "--id", "two words", "--signature", Signature, "--timestamp", Timestamp)]
    [InlineData(2, "bad_headers", "webhooks", "verify", "--secret", CliRun.Secret, "--payload", "@body.json", "--id", Id, "--signature", "", "--timestamp", Timestamp)]
    [InlineData(2, "unknown_argument", "webhooks", "verify", "--paylod", "@body.json")]
    public async Task Mistakes_have_a_code_and_an_exit_code(int exitCode, string code, params string[] args)
    {
        var result = await _run.RunAsync([.. args, "--json"]);

        var error = JsonDocument.Parse(result.Error).RootElement.GetProperty("error");
        Assert.Equal((exitCode, code, ""), (result.ExitCode, error.GetProperty("code").GetString(), result.Out));
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.NotEmpty(error.GetProperty("next").GetString()!);
        Assert.DoesNotContain("hidden", result.Error, StringComparison.Ordinal);
    }

    private Task<CliResult> VerifyAsync(params string[] args) =>
        _run.RunAsync(["webhooks", "verify", "--secret", CliRun.Secret, "--id", Id, "--timestamp", Timestamp, "--signature", Signature, .. args]);
}
