using ClerkSync.Backfill;
using ClerkSync.ClerkApi;
using ClerkSync.Handlers;
using ClerkSync.Inbox;
using ClerkSync.Projections;
using ClerkSync.Receiving;
using ClerkSync.Signing;
using ClerkSync.Storage;

namespace ClerkSync;

/// <summary>Everything that can be set, one part for each folder. Read from the configuration section <c>ClerkSync</c>.</summary>
public sealed class ClerkSyncOptions
{
    /// <summary>Which deliveries are genuine. The secrets may change while the application runs; the rest is read once.</summary>
    public SigningOptions Signing { get; set; } = new();

    /// <summary>How deliveries are gathered and committed.</summary>
    public ReceivingOptions Receiving { get; set; } = new();

    /// <summary>How long messages are kept.</summary>
    public InboxOptions Inbox { get; set; } = new();

    /// <summary>How handlers share their work among servers.</summary>
    public HandlersOptions Handlers { get; set; } = new();

    /// <summary>Where the tables are.</summary>
    public StorageOptions Storage { get; set; } = new();

    /// <summary>When the mirror is filled from Clerk's API and compared with it.</summary>
    public BackfillOptions Backfill { get; set; } = new();

    /// <summary>How projections are worked.</summary>
    public ProjectionsOptions Projections { get; set; } = new();

    /// <summary>How Clerk's Backend API is asked.</summary>
    public ClerkApiOptions ClerkApi { get; set; } = new();

    /// <summary>How single objects that the mirror does not have yet are fetched.</summary>
    public ReadThroughOptions ReadThrough { get; set; } = new();
}
