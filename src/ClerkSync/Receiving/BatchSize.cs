namespace ClerkSync.Receiving;

/// <summary>
/// How many deliveries one transaction takes at most: half of the largest crowd that waited together lately. If it took all of them, the senders would wait for the database, and then
/// the database for the senders, in turns; so one part is committed while another is answered and sends anew.
/// </summary>
/// <param name="most">Never more than this.</param>
internal sealed class BatchSize(int most)
{
    /// <summary>Fewer are not worth a transaction of their own.</summary>
    private const int Smallest = 16;

    private int _together;

    /// <summary>The size of the next batch.</summary>
    /// <param name="waiting">How many deliveries wait now.</param>
    public int Next(int waiting)
    {
        // Crowds are forgotten slowly, over some hundred batches, and below 64 not at all: there it makes no difference.
        _together = Math.Max(waiting, _together - (_together / 64));
        return Math.Min(most, Math.Max(Smallest, (_together + 1) / 2));
    }
}
