using System.Globalization;
using ClerkSync.Cli.Configuration;
using ClerkSync.Signing;
using Microsoft.Extensions.Configuration;

namespace ClerkSync.Cli.Diagnosing;

/// <summary>Whether there is a signing secret, and whether it is one.</summary>
internal sealed class SigningSecretCheck(IConfiguration configuration, DevState? running) : Check("signing_secret")
{
    private const string Place = "Copy it from the endpoint's page in Clerk's Dashboard (Configure, Webhooks), and set CLERK_WEBHOOK_SIGNING_SECRET in the environment or in .env.local.";

    public override Task<Finding> LookAsync(CancellationToken cancellationToken) => Task.FromResult(Look());

    private Finding Look()
    {
        var options = ExaminedConfiguration.SigningOf(configuration);
        if (options.Secrets.Count == 0)
        {
            return running is null
                ? Fail("no_signing_secret", "No signing secret is set: nothing can be verified, and every delivery is answered 503.", Place)
                : Warn(
                    "made_up_secret", "No signing secret is set. The running 'clerksync serve --dev' has made one up: 'clerksync trigger' works, deliveries of Clerk do not.",
                    Place, $"The made-up one: {ShownSecret.Of(running.SigningSecret)}");
        }

        var detail = string.Join(' ', options.Secrets.SelectMany(s => s.Split([' ', ',', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries)).Select(ShownSecret.Of));
        if (options.Secrets.Any(ShownSecret.IsNotExpanded))
        {
            return Fail(
                "not_expanded", "The signing secret is the name of a variable, such as $CLERK_SECRET, and not its value: nobody has put the value in its place.",
                $"{Place} In an .env file a $ has no meaning, and single quotes keep a shell from expanding it.", $"Seen: {detail}");
        }

        if (!options.TryParseSecrets(out var secrets, out var problem))
            return Fail("bad_signing_secret", problem, Place, $"Seen: {detail}");
        if (FindTwoNames() is { } two)
            return Warn("two_signing_secrets", two, "Remove CLERK_WEBHOOK_SECRET, the older name. During a rotation write both secrets into CLERK_WEBHOOK_SIGNING_SECRET, separated by a space.", $"Seen: {detail}");
        if (secrets.FirstOrDefault(s => s.IsWeak) is { } weak)
        {
            return Warn(
                "short_signing_secret",
                string.Create(CultureInfo.InvariantCulture, $"A signing secret has a key of {weak.KeyLength} bytes; Clerk's have {SigningSecret.RecommendedKeyLength}. Most likely a part of it is missing."),
                Place, $"Seen: {detail}");
        }

        if (options.Secrets.Any(s => s.AsSpan().Trim().Length != s.Length))
        {
            return Warn(
                "white_space_around_secret", "The signing secret has white space or a line end around it. ClerkSync drops it; other verifiers take it for a part of the secret and refuse everything.",
                "Write it without: printf '%s' \"$secret\" where echo adds a line end.", $"Seen: {detail}");
        }

        return secrets.Count == 1
            ? Pass("One signing secret is set.", detail)
            : Pass(string.Create(CultureInfo.InvariantCulture, $"{secrets.Count} signing secrets are set: a delivery that fits any of them counts. Remove old ones when their endpoint is gone."), detail);
    }

    /// <summary>Only the better name is read; who changes the other one waits in vain.</summary>
    private string? FindTwoNames()
    {
        var values = Setting.SigningSecret.Names.Select(name => (Name: name, Value: configuration[name]?.Trim())).Where(v => v.Value is { Length: > 0 }).ToArray();
        return values is [var first, var second] && first.Value != second.Value
            ? $"{first.Name} and {second.Name} are both set, and differ. Only {first.Name} counts."
            : null;
    }
}
