using Microsoft.Extensions.Configuration;

namespace ClerkSync.Cli.Diagnosing;

/// <summary>The key of Clerk's Backend API: whether it is one, whether Clerk takes it, whether it fits the publishable key.</summary>
internal sealed class SecretKeyCheck(AskedClerk clerk, IConfiguration configuration) : Check("secret_key")
{
    private static readonly string[] s_publishable =
        ["CLERK_PUBLISHABLE_KEY", "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY", "VITE_CLERK_PUBLISHABLE_KEY", "PUBLIC_CLERK_PUBLISHABLE_KEY", "NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY"];

    public override async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        const string place = "Copy it from Clerk's Dashboard, API keys.";
        if (!clerk.Options.HasKey)
            return Warn("no_secret_key", "CLERK_SECRET_KEY is not set: tables are not filled from Clerk (backfill) and not compared with it (reconcile).", $"Set it to sk_test_… or sk_live_…. {place}");

        var key = clerk.Options.SecretKey!.Trim();
        var detail = ShownSecret.Of(key);
        if (ShownSecret.IsNotExpanded(key))
            return Fail("not_expanded", "CLERK_SECRET_KEY is the name of a variable, such as $CLERK_KEY, and not its value.", $"{place} In an .env file a $ has no meaning.", detail);
        if (clerk.Problem is { } problem)
            return Fail("bad_secret_key", problem, place, detail);
        if (ModeOf(key) is null)
            return Fail("bad_secret_key", "CLERK_SECRET_KEY does not begin with sk_test_ or sk_live_, so it is no secret key of Clerk.", place, detail);
        foreach (var name in s_publishable)
        {
            if (configuration[name] is { } publishable && ModeOf(publishable.Trim()) is { } mode && mode != ModeOf(key))
            {
                return Fail(
                    "mixed_keys", $"CLERK_SECRET_KEY is a {ModeOf(key)} key, and {name} is a {mode} key: they belong to two instances.",
                    "Take both from the same instance: test keys are of development, live keys of production.", detail);
            }
        }

        var said = await clerk.AskAsync(cancellationToken);
        return said switch
        {
            { Failure.Status: 401 or 403 } => Fail("secret_key_refused", $"Clerk does not take the secret key. {said.Failure.Message}", place, detail),
            { Failure: { } failure } => Warn("clerk_unreachable", $"Clerk could not be asked. {failure.Message}", "Check the way out of this machine's network, and CLERK_API_URL.", detail),
            _ => Pass("Clerk takes the secret key.", detail),
        };
    }

    private static string? ModeOf(string key) =>
        key.StartsWith("sk_live_", StringComparison.Ordinal) || key.StartsWith("pk_live_", StringComparison.Ordinal) ? "live"
        : key.StartsWith("sk_test_", StringComparison.Ordinal) || key.StartsWith("pk_test_", StringComparison.Ordinal) ? "test"
        : null;
}
