namespace ClerkSync.Cli.Diagnosing;

/// <summary>Whether the configured instance, the secret key's and the database's are one.</summary>
internal sealed class InstanceCheck(ExaminedDatabase database, AskedClerk clerk, string? configured) : Check("instance")
{
    public override async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var said = await clerk.AskAsync(cancellationToken);
        var known = await database.TryReachAsync(cancellationToken) is { } facts ? (await database.TryReadAsync(facts, cancellationToken))?.KnownInstance : null;
        var ofKey = said?.InstanceId;
        var set = string.IsNullOrEmpty(configured) ? null : PlainText.Line(configured);
        known = known is null ? null : PlainText.Line(known);
        var detail = $"CLERK_INSTANCE_ID: {set ?? "not set"}. Secret key: {(ofKey is null ? "not known" : $"{ofKey}{(said?.Environment is { } kind ? $" ({kind})" : "")}")}. Database: {known ?? "not known"}.";

        if (set is not null && ofKey is not null && set != ofKey && (known is null || known == set))
        {
            return Fail(
                "wrong_secret_key", $"The secret key belongs to instance {ofKey}, and CLERK_INSTANCE_ID is {set}.",
                $"Set CLERK_SECRET_KEY to a key of {set}, or correct CLERK_INSTANCE_ID. Development and production are two instances with keys of their own.", detail);
        }

        if (set is not null && known is not null && set != known)
        {
            return Fail(
                "wrong_instance", $"CLERK_INSTANCE_ID is {set}, and the database holds data of {known}: every message of {set} is ignored there.",
                "Correct it, or use another database. One database holds one instance.", detail);
        }

        if (ofKey is not null && known is not null && ofKey != known)
        {
            return Fail(
                "wrong_secret_key", $"The secret key belongs to instance {ofKey}, and the database holds data of {known}.",
                $"Set CLERK_SECRET_KEY to a key of {known}, or use another database for {ofKey}.", detail);
        }

        if (set is not null && !set.StartsWith("ins_", StringComparison.Ordinal))
        {
            return Fail(
                "not_an_instance", "CLERK_INSTANCE_ID is not the id of an instance: such an id begins with ins_. No message fits it, so all are ignored.",
                "Remove it: the instance is learned from the secret key or the first message. Else take the id from 'clerksync doctor --verbose' with a secret key.", detail);
        }

        return (set ?? ofKey ?? known) is { } instance
            ? Pass($"The instance is {instance}.", detail)
            : Pass("No instance is known yet: the first message with a real one, or the secret key, decides.", detail);
    }
}
