using System.Text.RegularExpressions;

namespace ClerkSync.Storage;

/// <summary>Where the tables are and how long statements may take.</summary>
public sealed partial class StorageOptions
{
    /// <summary>Schema of the mirror tables on PostgreSQL; prefix of their names elsewhere (<c>clerk_users</c>).</summary>
    /// <value><c>clerk</c>, so that <c>grant select</c> on it exposes no message.</value>
    public string MirrorSchema { get; set; } = "clerk";

    /// <summary>Schema of ClerkSync's own tables on PostgreSQL; prefix of their names elsewhere.</summary>
    /// <value><c>clerksync</c>.</value>
    public string EngineSchema { get; set; } = "clerksync";

    /// <summary>How long one statement may take before it is cancelled.</summary>
    /// <value>8 s: below the 10 s after which a delivery is answered 503.</value>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>How long one statement may take in the background, where no delivery waits for it: the deletion of an organization may reach many rows.</summary>
    /// <value>10 minutes.</value>
    public TimeSpan BackgroundCommandTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a batch waits for a lock that is not ClerkSync's own.</summary>
    /// <value>3 s: three times that still leaves room before Svix gives up after 15 s.</value>
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Whether the tables are made and brought up to date when the application starts.</summary>
    /// <value>True. With false, run <c>clerksync migrate</c> before a new version.</value>
    public bool MigrateAtStart { get; set; } = true;

    internal IEnumerable<string> Validate()
    {
        foreach (var (name, value) in new[] { (nameof(MirrorSchema), MirrorSchema), (nameof(EngineSchema), EngineSchema) })
        {
            if (!Identifier().IsMatch(value ?? ""))
                yield return $"Storage.{name} is \"{value}\"; it must be 1 to 40 lower-case letters, digits or underscores and start with a letter.";
        }

        if (MirrorSchema == EngineSchema)
            yield return $"Storage.MirrorSchema and Storage.EngineSchema are both \"{MirrorSchema}\"; they must differ.";
        if (CommandTimeout <= TimeSpan.Zero || CommandTimeout > TimeSpan.FromHours(1))
            yield return $"Storage.CommandTimeout is {CommandTimeout}; it must be more than zero and at most one hour.";
        if (BackgroundCommandTimeout < CommandTimeout)
            yield return $"Storage.BackgroundCommandTimeout is {BackgroundCommandTimeout}; it must be at least Storage.CommandTimeout ({CommandTimeout}).";
        if (LockTimeout <= TimeSpan.Zero || LockTimeout > CommandTimeout)
            yield return $"Storage.LockTimeout is {LockTimeout}; it must be more than zero and at most Storage.CommandTimeout ({CommandTimeout}).";
    }

    [GeneratedRegex("^[a-z][a-z0-9_]{0,39}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Identifier();
}
