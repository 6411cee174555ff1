namespace ClerkSync.Emulator.Deliveries;

/// <summary>What is wrong with one delivery on purpose.</summary>
internal enum Flaw
{
    None,

    /// <summary>A stranger sends it: the signature is made with another secret, and failures concern nobody.</summary>
    Forged,

    /// <summary>Sent in addition to the real ones, correctly signed; not tried again.</summary>
    Extra,
}

/// <summary>An attempt that is due.</summary>
/// <param name="Endpoint">Where it goes.</param>
/// <param name="Message">What is delivered.</param>
/// <param name="Number">1 for the first of the schedule.</param>
/// <param name="Flaw">What is wrong with it.</param>
/// <param name="IsManual">Asked for by hand: not tried again.</param>
internal sealed record Attempt(EmulatedEndpoint Endpoint, EmulatedMessage Message, int Number, Flaw Flaw = Flaw.None, bool IsManual = false)
{
    public bool IsRetried => Flaw == Flaw.None && !IsManual;
}
