namespace ClerkSync.Cli.Emulating;

/// <summary>What the flags of <c>emulate</c> say.</summary>
internal sealed record EmulationSettings
{
    public const int DefaultPort = 8789;

    /// <summary>Instance, population and signing secret are the same after each start.</summary>
    public const long DefaultSeed = 1;

    public required int Port { get; init; }

    /// <summary>Null when none was given: then objects and messages get ids that no earlier start made.</summary>
    public required long? Seed { get; init; }

    /// <summary>How many users exist from the start.</summary>
    public required int Users { get; init; }

    /// <summary>The key that callers have to show, as given: text, <c>@file</c> or <c>-</c>. Null for the emulator's own.</summary>
    public string? SecretKey { get; init; }

    /// <summary>The signing secret of the endpoints, as given; null when none was.</summary>
    public string? SigningSecret { get; init; }

    /// <summary>The addresses of the endpoints, as given.</summary>
    public required IReadOnlyList<string> DeliverTo { get; init; }

    public required IReadOnlyList<FaultSetting> Faults { get; init; }

    public bool HasBilling { get; init; }

    public bool HasLimit { get; init; } = true;

    /// <summary>Whether time stands still until somebody moves it.</summary>
    public bool HasManualClock { get; init; }

    public bool IsJson { get; init; }

    /// <summary>The secrets stay out of whatever prints a record.</summary>
    public override string ToString() => $"port {Port}, seed {Seed ?? DefaultSeed}";
}
