namespace ClerkSync.Emulator;

/// <summary>What can go wrong on purpose: first with deliveries, then with answers of the API.</summary>
public enum ClerkFault
{
    /// <summary>A message is delivered a second time, now or later.</summary>
    Repeat,

    /// <summary>A message is overtaken by the next one.</summary>
    Reorder,

    /// <summary>A message comes late, by up to <see cref="ClerkFaults.LongestDelay"/>.</summary>
    Delay,

    /// <summary>A message is never attempted. <see cref="EmulatedEndpoint.SendMissing"/> would bring it.</summary>
    Drop,

    /// <summary>A stranger sends a changed copy, signed with another secret; the real message comes, too.</summary>
    Forge,

    /// <summary>A changed copy comes from another instance, correctly signed; the real message comes, too.</summary>
    WrongInstance,

    /// <summary>Somebody clicks on the Dashboard's example, correctly signed; the real message comes, too.</summary>
    Example,

    /// <summary>429 with <c>Retry-After</c>.</summary>
    TooManyRequests,

    /// <summary>500, 502, 503 or 504.</summary>
    ServerError,

    /// <summary>The connection ends in the middle of the body.</summary>
    CutConnection,

    /// <summary>The answer comes <see cref="ClerkFaults.SlowFor"/> later than what it tells; much may have changed meanwhile.</summary>
    SlowAnswer,

    /// <summary>A complete answer whose JSON ends in the middle.</summary>
    TruncatedJson,

    /// <summary>A list is answered with an empty page.</summary>
    EmptyPage,

    /// <summary>A page lacks one of its rows.</summary>
    HiddenRow,
}
