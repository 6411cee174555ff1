namespace ClerkSync.Cli.Emulating;

/// <summary>What the flags of <c>emulate</c> say.</summary>
internal sealed record EmulationSettings
{
    public const int DefaultPort = 8789;

    public required int Port { get; init; }

    public required long Seed { get; init; }

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

    public bool IsJson { get; init; }

    /// <summary>The secrets stay out of whatever prints a record.</summary>
    public override string ToString() => $"port {Port}, seed {Seed}";
}
