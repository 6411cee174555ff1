using System.Collections.Concurrent;

namespace ClerkSync.AspNetCore;

/// <summary>Lets one log line a minute through for each key and counts the rest: requests from anywhere must not fill a log.</summary>
internal sealed class LogGate(TimeProvider timeProvider)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<int, Entry> _entries = new();

    /// <summary>Whether to log now, and how many were held back since the last time. Keys come from a small set: statuses, reasons.</summary>
    public bool TryEnter(int key, out int heldBack)
    {
        var entry = _entries.GetOrAdd(key, static _ => new());
        lock (entry)
        {
            var now = timeProvider.GetTimestamp();
            if (entry.HasLogged && timeProvider.GetElapsedTime(entry.LastLogged, now) < Interval)
            {
                heldBack = 0;
                entry.HeldBack++;
                return false;
            }

            heldBack = entry.HeldBack;
            entry.HeldBack = 0;
            entry.HasLogged = true;
            entry.LastLogged = now;
            return true;
        }
    }

    private sealed class Entry
    {
        public bool HasLogged { get; set; }

        public long LastLogged { get; set; }

        public int HeldBack { get; set; }
    }
}
