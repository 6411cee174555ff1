using ClerkSync.ClerkApi;
using ClerkSync.Mirror;

namespace ClerkSync.Backfill;

/// <summary>One table's part of a backfill.</summary>
internal sealed class BackfillStream(MirrorTable table, ClerkApiClient api, ObjectWriter writer, MirrorIds mirror, BackfillCheckpoints checkpoints)
{
    private readonly BackfillResult _result = new(table.Name);

    public required int PageSize { get; init; }

    /// <summary>Where to begin.</summary>
    public required ListingCursor Cursor { get; init; }

    public BackfillResult Result => _result;

    public async Task RunAsync(string instanceId, SyncLease lease, IProgress<StreamProgress>? progress, CancellationToken cancellationToken)
    {
        _result.Take(Cursor);
        try
        {
            await foreach (var page in new ListingReader(api) { PageSize = PageSize }.ReadAsync(table, Cursor, cancellationToken).ConfigureAwait(false))
            {
                List<MirrorChange>[] changes = [.. page.Objects.Select(o => MirrorChangeReader.Read(table, o, page.TakenAt, StateOrigin.Backfill, instanceId))];
                var written = await writer.WriteAsync(changes, checkpoints.Write(table.Name, page.Next), lease, cancellationToken).ConfigureAwait(false);
                _result.Take(page.Next);
                _result.Take(written);
                progress?.Report(new(table.Name, page.Next.Count, page.Total, page.Next.IsDone));
            }
        }
        catch (ListNotOfferedException exception)
        {
            if (await mirror.CountAsync(table, cancellationToken).ConfigureAwait(false) is > 0 and var live)
            {
                _result.Failure = exception.OfFilled(table.Name, live);
                return;
            }

            var ended = new ListingCursor { IsDone = true, NotOffered = exception.Code };
            await writer.WriteAsync([], checkpoints.Write(table.Name, ended), lease, cancellationToken).ConfigureAwait(false);
            _result.Take(ended);
            progress?.Report(new(table.Name, 0, 0, true));
        }
        catch (ClerkApiException exception)
        {
            _result.Failure = exception.Message;
        }
    }
}
