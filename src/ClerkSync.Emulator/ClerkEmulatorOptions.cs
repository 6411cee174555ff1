namespace ClerkSync.Emulator;

/// <summary>How an emulator starts.</summary>
public sealed class ClerkEmulatorOptions
{
    /// <summary>Port on the loopback address; 0 for any that is free.</summary>
    public int Port { get; set; }

    /// <summary>The clock of Clerk, of the deliveries and of the rate limit; null for the system's. A test gives one that it moves.</summary>
    public TimeProvider? TimeProvider { get; set; }

    /// <summary>The same seed makes the same ids.</summary>
    public long Seed { get; set; } = 1;

    /// <summary>
    /// The number from which the ids of new objects and messages are counted; 0 or more. Whoever keeps a database from start to start gives each start
    /// another one, far apart, so that no id comes twice. The id of the instance, the population, the system's roles and permissions, and the signing secret
    /// follow from <see cref="Seed"/> alone.
    /// </summary>
    public long FirstNumber { get; set; }

    /// <summary>The key that callers have to show, <c>sk_test_…</c> or <c>sk_live_…</c>.</summary>
    public string SecretKey { get; set; } = "sk_test_emulator";

    /// <summary>The id of the instance, <c>ins_…</c>; null for one that follows from the seed.</summary>
    public string? InstanceId { get; set; }

    /// <summary>What stands in tokens as their issuer.</summary>
    public string FrontendUrl { get; set; } = "https://emulated.clerk.accounts.dev";

    /// <summary>
    /// Requests that pass in ten seconds; null for Clerk's limits: 100 with a key <c>sk_test_…</c>, else 1,000, and those of single calls.
    /// <see cref="int.MaxValue"/> for no limit.
    /// </summary>
    public int? RequestsPerTenSeconds { get; set; }

    /// <summary>
    /// Whether each change gets a time of its own, a millisecond after the one before if need be. False leaves changes of one millisecond with equal
    /// times, as they can be in Clerk.
    /// </summary>
    public bool HasDistinctTimes { get; set; } = true;

    /// <summary>
    /// Whether the deletion of a user or an organization also tells what became of memberships, sessions and domains. Clerk does not document it.
    /// </summary>
    public bool TellsDeletedChildren { get; set; }

    /// <summary>Whether there are events <c>invitation.*</c>. Clerk's list of events does not have them.</summary>
    public bool TellsInvitations { get; set; }

    /// <summary>Whether billing is on: each new user and organization gets a subscription to a free plan.</summary>
    public bool HasBilling { get; set; }

    /// <summary>How many deliveries may be on their way at once: 1, so that a run repeats exactly. Svix sends several.</summary>
    public int ParallelDeliveries { get; set; } = 1;

    /// <summary>Objects that exist from the start.</summary>
    public ClerkPopulation Population { get; set; } = ClerkPopulation.None;
}
