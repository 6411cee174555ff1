namespace ClerkSync.ClerkApi;

/// <summary>One object.</summary>
/// <param name="Body">The JSON object, byte for byte as Clerk sent it.</param>
/// <param name="TakenAt">No later than the moment at which Clerk read it, by Clerk's clock (the header <c>Date</c> less the duration of the request), in Unix ms.</param>
/// <param name="AnsweredAt">The header <c>Date</c>, in Unix ms; whole seconds.</param>
internal sealed record ApiAnswer(ReadOnlyMemory<byte> Body, long TakenAt, long AnsweredAt)
{
    /// <summary>A <c>Date</c> has whole seconds: what was true during that second was true at its end. In ms.</summary>
    public const long DateGrain = 1000;
}

/// <summary>One page of a list.</summary>
/// <param name="Items">The JSON objects: slices of the answer, byte for byte as Clerk sent them.</param>
/// <param name="TotalCount">How many there are on all pages; null where the list does not say. It moves while one pages.</param>
/// <param name="TakenAt">As in <see cref="ApiAnswer"/>.</param>
/// <param name="AnsweredAt">As in <see cref="ApiAnswer"/>.</param>
internal sealed record ApiPage(IReadOnlyList<ReadOnlyMemory<byte>> Items, long? TotalCount, long TakenAt, long AnsweredAt);

/// <summary>The instance that a secret key belongs to.</summary>
/// <param name="Id"><c>ins_…</c>.</param>
/// <param name="EnvironmentType"><c>production</c> or <c>development</c>; null when Clerk does not say.</param>
internal sealed record ApiInstance(string Id, string? EnvironmentType);

/// <summary>Who goes first when several requests wait for the budget.</summary>
internal enum ApiPriority
{
    /// <summary>Somebody waits for the answer.</summary>
    Foreground,

    /// <summary>Backfill and reconcile.</summary>
    Background,
}
