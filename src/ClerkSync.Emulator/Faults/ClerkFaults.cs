using ClerkSync.Emulator.Objects;

namespace ClerkSync.Emulator;

/// <summary>
/// What goes wrong on purpose: by chance, which repeats with the same seed and the same order of events and requests, or once by <see cref="Next"/>.
/// </summary>
public sealed class ClerkFaults
{
    private readonly Lock _gate = new();
    private readonly double[] _chances = new double[Enum.GetValues<ClerkFault>().Length];
    private readonly List<(ClerkFault Fault, string? Path)> _next = [];
    private readonly ulong[] _drawn = new ulong[Enum.GetValues<ClerkFault>().Length + 1];

    private long _seed = 1;

    internal ClerkFaults()
    {
    }

    /// <summary>The seed of chance; setting it begins anew.</summary>
    public long Seed
    {
        get => _seed;
        set
        {
            lock (_gate)
            {
                _seed = value;
                Array.Clear(_drawn);
            }
        }
    }

    /// <summary>The longest that a delivery is late: ten minutes by the emulator's clock.</summary>
    public TimeSpan LongestDelay { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a slow answer takes: two seconds by the emulator's clock.</summary>
    public TimeSpan SlowFor { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>What an answer 429 says in <c>Retry-After</c>: one second.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How likely a fault is, 0 (never) to 1 (always).</summary>
    /// <param name="fault">The fault.</param>
    public double this[ClerkFault fault]
    {
        get => _chances[(int)fault];
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1);
            _chances[(int)fault] = value;
        }
    }

    /// <summary>Lets something go wrong with the next message or request that it can happen to.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="times">How often.</param>
    /// <param name="path">For the API: only with paths that begin so behind <c>/v1/</c>, for example <c>users</c>; null for all.</param>
    public void Next(ClerkFault fault, int times = 1, string? path = null)
    {
        lock (_gate)
            _next.AddRange(Enumerable.Repeat((fault, path), times));
    }

    /// <summary>Nothing goes wrong any more, and chance begins anew.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _next.Clear();
            Array.Clear(_chances);
            Array.Clear(_drawn);
        }
    }

    internal bool Strikes(ClerkFault fault, string path = "")
    {
        lock (_gate)
        {
            var index = _next.FindIndex(n => n.Fault == fault && (n.Path is null || path.StartsWith(n.Path, StringComparison.Ordinal)));
            if (index >= 0)
            {
                _next.RemoveAt(index);
                return true;
            }

            return _chances[(int)fault] > 0 && Draw((int)fault) < _chances[(int)fault];
        }
    }

    /// <summary>A number from 0 to the limit, exclusive.</summary>
    internal int Choose(int limit)
    {
        lock (_gate)
            return (int)(Draw(_drawn.Length - 1) * limit);
    }

    /// <summary>Some part of a time.</summary>
    internal TimeSpan ShortenedBy(TimeSpan longest)
    {
        lock (_gate)
            return longest * Draw(_drawn.Length - 1);
    }

    // each fault has its own row of numbers: what requests draw does not disturb what messages draw
    private double Draw(int stream) =>
        (ClerkIds.Scramble((ulong)_seed ^ ClerkIds.Scramble(((ulong)(uint)stream << 40) + _drawn[stream]++)) >> 11) * (1.0 / (1UL << 53));
}
