using System.Globalization;
using System.Runtime.CompilerServices;
using ClerkSync.ClerkApi;
using ClerkSync.Events;
using ClerkSync.Mirror;

namespace ClerkSync.Backfill;

/// <summary>
/// Reads a whole listing, page by page, while it changes. An addition comes at the end. A deletion moves all that follow to the front: pages of a counted
/// list therefore overlap, and a page that holds none of the objects read before is preceded by a gap, so the reader steps back.
/// </summary>
internal sealed class ListingReader(ClerkApiClient api)
{
    /// <summary>Most that Clerk gives; more is taken for nothing at all, and answered with 10.</summary>
    public const int LargestPage = 500;

    /// <summary>Ids that a checkpoint keeps.</summary>
    private const int TailLength = 30;

    /// <summary>How often a list may contradict itself before what it gave is called incomplete.</summary>
    private const int Patience = 3;

    /// <summary>Most steps back in one pass, each twice as long as the one before: an order that changes all the time would never end.</summary>
    private const int MostStepsBack = 20;

    public int PageSize { get; init; } = LargestPage;

    /// <summary>Objects of the page before that are read again: so many may be deleted between two pages without a step back.</summary>
    private int Overlap => Math.Clamp(PageSize / 3, 1, 10);

    /// <summary>Reads on from a cursor.</summary>
    /// <exception cref="ListNotOfferedException">The instance does not have this list.</exception>
    /// <exception cref="ClerkApiException">Clerk does not answer.</exception>
    public async IAsyncEnumerable<ListedPage> ReadAsync(MirrorTable table, ListingCursor from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var listing = table.Listing ?? throw new InvalidOperationException($"Clerk's API has no list of {table.Name}.");
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var next = from.IsDone ? null : FirstAsync(listing, from, ending.Token);
        try
        {
            while (next is not null)
            {
                var page = await next.ConfigureAwait(false);

                // While the page is written, the next one is on its way.
                next = page.Next.IsDone ? null : NextAsync(listing, page.Next, ending.Token);
                yield return page;
            }
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            _ = next?.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
    }

    /// <summary>An instance without organizations, billing or waitlist refuses their lists. Every instance has users.</summary>
    private async Task<ListedPage> FirstAsync(Listing listing, ListingCursor cursor, CancellationToken cancellationToken)
    {
        try
        {
            return await NextAsync(listing, cursor, cancellationToken).ConfigureAwait(false);
        }
        catch (ClerkApiException exception) when (!listing.IsKeyed && cursor.IsAtStart && exception.Code is not null && exception.Status is 402 or 403 or 404 or 410)
        {
            throw new ListNotOfferedException(exception.Code!);
        }
    }

    /// <summary>Reads until a page is known to follow what was read, or to be the last.</summary>
    private async Task<ListedPage> NextAsync(Listing listing, ListingCursor cursor, CancellationToken cancellationToken)
    {
        var contradictions = 0;
        var stepsBack = 0;
        var offset = cursor.Offset;
        while (true)
        {
            var (page, isRestart) = await AskAsync(listing, cursor, offset, contradictions, cancellationToken).ConfigureAwait(false);
            if (isRestart)
                cursor = cursor.Restarted();
            var objects = page.Items.Select(item => RawObject.Read(item)).Where(o => o?.Id is not null).Select(o => o!).ToList();
            if (!listing.IsKeyed && offset > 0 && !objects.Any(o => cursor.Tail.Contains(o.Id!, StringComparer.Ordinal)) && ++stepsBack <= MostStepsBack)
            {
                offset = (int)Math.Max(0, offset - ((PageSize - Overlap) * (1L << (stepsBack - 1))));
                continue;
            }

            string[] fresh = [.. objects.Select(o => o.Id!).Except(cursor.Tail, StringComparer.Ordinal)];
            var total = await TotalAsync(listing, cursor, page, cancellationToken).ConfigureAwait(false);

            // Steps back read objects again, so a counted list ends by its place.
            var position = listing.IsKeyed ? cursor.PassCount + fresh.Length + cursor.Unreadable + page.Items.Count - objects.Count : offset + page.Items.Count;
            var isLast = page.Items.Count < PageSize && (total is null || position >= total);
            var gap = stepsBack > MostStepsBack ? "its order changed all the time" : cursor.Restarts > 1 ? "Clerk goes on behind none of the objects that it listed" : null;
            if (!isLast && fresh.Length == 0 && offset < cursor.Offset && page.Items.Count > Overlap)
            {
                // The step back was long: everything here was read before, and what follows joins it.
                offset += page.Items.Count - Overlap;
                continue;
            }

            if (!isLast && fresh.Length == 0 && gap is null)
            {
                if (++contradictions <= Patience)
                    continue;
                gap = string.Create(CultureInfo.InvariantCulture, $"Clerk counts {total} and lists {position}");
            }

            var read = cursor with { Total = total ?? cursor.Total, Gap = cursor.Gap ?? gap, Unreadable = cursor.Unreadable + page.Items.Count - objects.Count };
            return new(objects, Advance(listing, read, offset + page.Items.Count, fresh, isLast || gap is not null), page.TakenAt, page.AnsweredAt, read.Total);
        }
    }

    private ListingCursor Advance(Listing listing, ListingCursor cursor, int end, string[] fresh, bool isLast)
    {
        var count = cursor.Count + fresh.Length;
        if (isLast)
        {
            var ended = new ListingCursor { Pass = cursor.Pass, Count = count, Gap = cursor.Gap, Unreadable = cursor.Unreadable, Total = cursor.Total };
            return cursor.Pass + 1 < listing.Passes ? ended with { Pass = cursor.Pass + 1, Total = null } : ended with { IsDone = true };
        }

        string[] tail = [.. cursor.Tail, .. fresh];
        return cursor with
        {
            Offset = listing.IsKeyed ? 0 : Math.Max(0, end - Overlap),
            Tail = tail[Math.Max(0, tail.Length - TailLength)..],
            PassCount = cursor.PassCount + fresh.Length,
            Count = count,
        };
    }

    /// <summary>A keyed list goes on behind the last object; when that one is gone by now, behind the one before it, and when all are, from its beginning.</summary>
    private async Task<(ApiPage Page, bool IsRestart)> AskAsync(Listing listing, ListingCursor cursor, int offset, int skipped, CancellationToken cancellationToken)
    {
        for (var known = Math.Max(0, cursor.Tail.Count - skipped); ; known--)
        {
            var query = listing.QueryOf(cursor.Pass).Append(("limit", PageSize.ToString(CultureInfo.InvariantCulture)));
            if (!listing.IsKeyed)
                query = query.Append(("offset", offset.ToString(CultureInfo.InvariantCulture)));
            else if (known > 0)
                query = query.Append(("starting_after", cursor.Tail[known - 1]));
            try
            {
                var page = await api.ListAsync(listing.Path, [.. query.Select(q => KeyValuePair.Create(q.Item1, q.Item2))], cancellationToken).ConfigureAwait(false);
                return (page, listing.IsKeyed && known == 0 && cursor.Tail.Count > 0);
            }
            catch (ClerkApiException exception) when (listing.IsKeyed && known > 0 && exception.Status is 400 or 404 or 422)
            {
                // The object that the page was to follow is gone.
            }
        }
    }

    /// <summary>A list that does not count itself is counted at its beginning, for those who watch, and where it seems to end.</summary>
    private async Task<long?> TotalAsync(Listing listing, ListingCursor cursor, ApiPage page, CancellationToken cancellationToken) =>
        page.TotalCount ?? (listing.CountPath is { } path && (cursor.IsAtStart || page.Items.Count < PageSize) ? await CountAsync(path, cancellationToken).ConfigureAwait(false) : null);

    private async Task<long?> CountAsync(string path, CancellationToken cancellationToken)
    {
        var answer = await api.ReadAsync(path, cancellationToken).ConfigureAwait(false);
        return answer is not null && RawObject.Read(answer.Body) is { } count && count.Data.TryGetProperty("total_count", out var total) && total.TryGetInt64(out var number)
            ? number
            : null;
    }
}

/// <summary>A page of a listing.</summary>
/// <param name="Objects">Its objects; some may have been on an earlier page.</param>
/// <param name="Next">Where the next one begins.</param>
/// <param name="TakenAt">When Clerk had them so, at the earliest, in Unix ms by Clerk's clock.</param>
/// <param name="AnsweredAt">When Clerk answered, in Unix ms by Clerk's clock.</param>
/// <param name="Total">How many objects Clerk counts in this pass; null when it does not say.</param>
internal sealed record ListedPage(IReadOnlyList<RawObject> Objects, ListingCursor Next, long TakenAt, long AnsweredAt, long? Total);

/// <summary>The instance does not have a list.</summary>
/// <param name="code">Clerk's reason.</param>
internal sealed class ListNotOfferedException(string code) : Exception($"This instance has no such list ({code}).")
{
    public string Code { get; } = code;

    /// <summary>What that means where the table has rows: then it is no feature that is off.</summary>
    public string OfFilled(string table, long rows) => string.Create(
        CultureInfo.InvariantCulture, $"Clerk refuses this list ({Code}), and {table} has {rows} rows. Look in Clerk's Dashboard whether the feature was switched off.");
}
