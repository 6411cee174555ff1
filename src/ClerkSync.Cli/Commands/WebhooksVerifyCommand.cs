using System.CommandLine;
using System.Globalization;
using ClerkSync.Cli.Configuration;

namespace ClerkSync.Cli.Commands;

/// <summary><c>clerksync webhooks verify</c>: checks the signature of a captured delivery, whatever its age.</summary>
internal sealed class WebhooksVerifyCommand : CommandWithExamples
{
    private readonly Option<string?> _secret = new("--secret")
    {
        Description = "The signing secret: whsec_…, @file, or - for standard input. Default: CLERK_WEBHOOK_SIGNING_SECRET.",
        HelpName = "whsec_…",
    };

    private readonly Option<string?> _delivery = new("--delivery")
    {
        Description = "A captured delivery, or a stream of them whose first one is taken: @file, or - for standard input.",
        HelpName = "@file",
    };

    private readonly Option<string?> _payload = new("--payload") { Description = "The exact body: @file, or - for standard input.", HelpName = "@file" };

    private readonly Option<string?> _id = new("--id") { Description = "The svix-id header.", HelpName = "msg_…" };

    private readonly Option<string?> _timestamp = new("--timestamp") { Description = "The svix-timestamp header, in seconds.", HelpName = "seconds" };

    private readonly Option<string?> _signature = new("--signature") { Description = "The svix-signature header.", HelpName = "v1,…" };

    private readonly Option<bool> _json = new("--json") { Description = "Writes {\"valid\":true}; errors become JSON on standard error." };

    public WebhooksVerifyCommand(CliHost host)
        : base("verify", "Checks the signature of a captured delivery. Its age does not count; flags override what the capture says.")
    {
        foreach (var option in (Option[])[_secret, _delivery, _payload, _id, _timestamp, _signature, _json])
            Add(option);
        SetAction((parsed, cancellationToken) => RunAsync(host, parsed, cancellationToken));
    }

    public override IReadOnlyList<(string Line, string Does)> Examples { get; } =
    [
        ("clerksync webhooks verify --secret whsec_… --delivery @events.ndjson", "The first delivery of a capture."),
        ("clerksync webhooks verify --secret @secret.txt --payload @body.json --id msg_… --timestamp 1785400020 --signature v1,…", "A delivery copied from Clerk's Dashboard."),
        ("clerksync trigger user.created --print --json | clerksync webhooks verify --delivery -", "Straight from a pipe, with the configured secret."),
    ];

    private async Task<int> RunAsync(CliHost host, ParseResult parsed, CancellationToken cancellationToken)
    {
        var inputs = new InputFiles(host);
        var secret = parsed.GetValue(_secret) is { } given
            ? await inputs.ReadSecretAsync("--secret", given, cancellationToken)
            : CliConfiguration.Load(host).Get(Setting.SigningSecret) ?? throw CliErrors.NoSigningSecret();
        var check = new SignatureCheck(SecretText.Parse(secret));

        var lines = parsed.GetValue(_delivery) is { } delivery ? await inputs.ReadBytesAsync("--delivery", delivery, cancellationToken) : null;
        var payload = parsed.GetValue(_payload) is { } file ? await inputs.ReadBytesAsync("--payload", file, cancellationToken) : null;
        var captured = lines is null ? new CapturedDelivery(null, null, null, null) : CapturedDelivery.FirstOf(lines);
        var body = payload ?? captured.Body;
        var id = parsed.GetValue(_id) ?? captured.Id;
        var timestamp = parsed.GetValue(_timestamp) ?? captured.Timestamp;
        var signature = parsed.GetValue(_signature) ?? captured.Signature;
        if (body is null || id is null || timestamp is null || signature is null)
            throw CliErrors.IncompleteDelivery([.. Missing(body is null, id is null, timestamp is null, signature is null)]);
        if (timestamp.Length is 0 or > 15 || !timestamp.All(char.IsAsciiDigit))
            throw CliErrors.BadTimestamp(timestamp);

        if (!parsed.GetValue(_json))
            HintAtClock(host, timestamp);
        if (!check.Matches(id, timestamp, signature, body))
            throw CliErrors.InvalidSignature(id, body.Length, newlineIsToBlame: check.MatchesWithoutLineEnd(id, timestamp, signature, body));

        await host.Out.WriteLineAsync(parsed.GetValue(_json) ? """{"valid":true}""" : $"Valid: {id} carries a signature made with this secret.");
        return ExitCodes.Done;
    }

    private static IEnumerable<string> Missing(bool body, bool id, bool timestamp, bool signature)
    {
        if (body)
            yield return "--payload";
        if (id)
            yield return "--id";
        if (timestamp)
            yield return "--timestamp";
        if (signature)
            yield return "--signature";
    }

    private static void HintAtClock(CliHost host, string timestamp)
    {
        var difference = host.Time.GetUtcNow().ToUnixTimeSeconds() - long.Parse(timestamp, CultureInfo.InvariantCulture);
        if (Math.Abs(difference) > 300)
        {
            host.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"hint: the delivery was signed {Math.Abs(difference)} s {(difference > 0 ? "ago" : "in the future")}; an endpoint refuses more than 300 s. That is not counted here."));
        }
    }
}
