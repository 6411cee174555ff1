namespace ClerkSync.Emulator.Objects;

/// <summary>
/// The clock of the emulated Clerk, in Unix milliseconds. It follows the given one, and runs ahead of it only where many changes fall on one
/// millisecond and shall be told apart.
/// </summary>
internal sealed class InstanceClock(TimeProvider time, bool isDistinct)
{
    private long _last;

    /// <summary>Now; never before a stamp that was given out.</summary>
    public long Now => Math.Max(time.GetUtcNow().ToUnixTimeMilliseconds(), _last);

    /// <summary>The time of a change.</summary>
    public long Stamp()
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        _last = Math.Max(now, isDistinct ? _last + 1 : _last);
        return _last;
    }
}
