namespace ClerkSync.Receiving;

/// <summary>How deliveries are gathered and committed.</summary>
public sealed class ReceivingOptions
{
    /// <summary>The only instance whose messages count (<c>ins_…</c>); null to learn it from the first real message and keep it.</summary>
    /// <value>Null. Environment: <c>CLERK_INSTANCE_ID</c>.</value>
    public string? InstanceId { get; set; }

    /// <summary>Whether the first real message decides which instance counts, where <see cref="InstanceId"/> is not set. With false every instance is taken.</summary>
    /// <value>True, because one URL fed by a development and a production endpoint would mix their data.</value>
    public bool LearnInstance { get; set; } = true;

    /// <summary>Most messages in one transaction.</summary>
    /// <value>512: beyond that a batch gains nothing, and a failure costs more.</value>
    public int BatchMessages { get; set; } = 512;

    /// <summary>Most bytes of bodies in one transaction.</summary>
    /// <value>4 MiB.</value>
    public int BatchBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Most bytes of bodies that wait to be committed; what comes on top is answered 503.</summary>
    /// <value>64 MiB: some 30,000 messages of usual size.</value>
    public long QueueBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>How long a delivery waits for its commit before it is answered 503. It may still commit; the retry is then a duplicate.</summary>
    /// <value>10 s: Svix gives up after 15 s.</value>
    public TimeSpan CommitTimeout { get; set; } = TimeSpan.FromSeconds(10);

    internal IEnumerable<string> Validate()
    {
        if (InstanceId is { } id && (!id.StartsWith("ins_", StringComparison.Ordinal) || id.Length > 191))
            yield return $"Receiving.InstanceId is \"{id}\"; Clerk's instance ids start with \"ins_\".";
        if (BatchMessages is < 1 or > 10_000)
            yield return $"Receiving.BatchMessages is {BatchMessages}; it must be 1 to 10000.";
        if (BatchBytes < 1024)
            yield return $"Receiving.BatchBytes is {BatchBytes}; it must be at least 1024.";
        if (QueueBytes < BatchBytes)
            yield return $"Receiving.QueueBytes is {QueueBytes}; it must be at least Receiving.BatchBytes ({BatchBytes}).";
        if (CommitTimeout <= TimeSpan.Zero || CommitTimeout > TimeSpan.FromMinutes(1))
            yield return $"Receiving.CommitTimeout is {CommitTimeout}; it must be more than zero and at most one minute.";
    }
}
