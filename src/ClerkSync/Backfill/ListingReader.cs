using System.Globalization;
using System.Runtime.CompilerServices;
using ClerkSync.ClerkApi;
using ClerkSync.Events;
using ClerkSync.Mirror;

namespace ClerkSync.Backfill;

/// <summary>
/// Reads a whole listing, page by page, while it changes. An addition comes at the end. A deletion moves all that follow to the front: pages of a counted
/// list therefore overlap, and a page that does not begin with an object which was read before is preceded by a gap, so the reader steps back.
/// </summary>
internal sealed class ListingReader(ClerkApiClient api)
{
    /// <summary>Most that Clerk gives; more is taken for nothing at all, and answered with 10.</summary>
    public const int LargestPage = 500;

    /// <summary>Ids that a checkpoint keeps.</summary>
    private const int TailLength = 30;

    /// <summary>How often a list may contradict itself before what it gave is called incomplete.</summary>
    private const int Patience = 3;

    /// <summary>Most steps back in one pass: an order that changes all the time would never end.</summary>
    private const int MostStepsBack = 20;

    public int PageSize { get; init; } = LargestPage;

    /// <summary>Objects of the page before that are read again: so many may be deleted between two pages without a step back.</summary>
    private int Overlap => Math.Clamp(PageSize / 3, 1, 10);

    /// <summary>Reads on from a cursor.</summary>
    /// <exception cref="ClerkApiException">Clerk does not answer, or not with this list.</exception>
    public async IAsyncEnumerable<ListedPage> ReadAsync(MirrorTable table, ListingCursor from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var listing = table.Listing ?? throw new InvalidOperationException($"Clerk's API has no list of {table.Name}.");
        var cursor = from;
        var next = cursor.IsDone ? null : NextAsync(listing, cursor, cancellationToken);
        while (next is not null)
        {
            var page = await next.ConfigureAwait(false);
            cursor = page.Next;

            // While the page is written, the next one is on its way.
            next = cursor.IsDone ? null : NextAsync(listing, cursor, cancellationToken);
            try
            {
                yield return page;
            }
            finally
            {
                if (next is { IsCompleted: false })
                    _ = next.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            }
        }
    }

    /// <summary>Reads until a page is known to follow what was read, or to be the last.</summary>
    private async Task<ListedPage> NextAsync(Listing listing, ListingCursor cursor, CancellationToken cancellationToken)
    {
        var contradictions = 0;
        var stepsBack = 0;
        var offset = cursor.Offset;
        var gap = cursor.Gap;
        while (true)
        {
            var page = await AskAsync(listing, cursor, offset, cancellationToken).ConfigureAwait(false);
            var objects = Read(page, ref gap);
            if (!listing.IsKeyed && offset > 0 && objects.Count > 0 && !objects.Any(o => cursor.Tail.Contains(o.Id!, StringComparer.Ordinal)))
            {
                if (++stepsBack <= MostStepsBack)
                {
                    offset = Math.Max(0, offset - PageSize + Overlap);
                    continue;
                }

                gap ??= "its order changed all the time";
            }

            string[] fresh = [.. objects.Select(o => o.Id!).Except(cursor.Tail, StringComparer.Ordinal)];
            var total = await TotalAsync(listing, page, cancellationToken).ConfigureAwait(false);
            var count = cursor.PassCount + fresh.Length;
            var isLast = page.Items.Count < PageSize && (total is null || count >= total);
            if (!isLast && fresh.Length == 0)
            {
                if (++contradictions <= Patience)
                    continue;
                gap ??= string.Create(CultureInfo.InvariantCulture, $"Clerk counts {total} and lists {count}");
                isLast = true;
            }

            return new(objects, Advance(listing, cursor, offset + page.Items.Count, fresh, gap, isLast), page.TakenAt, page.AnsweredAt, total);
        }
    }

    private ListingCursor Advance(Listing listing, ListingCursor cursor, int end, string[] fresh, string? gap, bool isLast)
    {
        var count = cursor.Count + fresh.Length;
        if (isLast)
        {
            return cursor.Pass + 1 < listing.Passes
                ? new() { Pass = cursor.Pass + 1, Count = count, Gap = gap }
                : new() { Pass = cursor.Pass, Count = count, Gap = gap, IsDone = true };
        }

        string[] tail = [.. cursor.Tail, .. fresh];
        return cursor with
        {
            Offset = listing.IsKeyed ? 0 : Math.Max(0, end - Overlap),
            Tail = tail[Math.Max(0, tail.Length - TailLength)..],
            PassCount = cursor.PassCount + fresh.Length,
            Count = count,
            Gap = gap,
        };
    }

    /// <summary>A keyed list goes on behind the last object; when that one is gone by now, behind the one before it.</summary>
    private async Task<ApiPage> AskAsync(Listing listing, ListingCursor cursor, int offset, CancellationToken cancellationToken)
    {
        for (var known = cursor.Tail.Count; ; known--)
        {
            var query = listing.QueryOf(cursor.Pass).Append(("limit", PageSize.ToString(CultureInfo.InvariantCulture)));
            if (!listing.IsKeyed)
                query = query.Append(("offset", offset.ToString(CultureInfo.InvariantCulture)));
            else if (known > 0)
                query = query.Append(("starting_after", cursor.Tail[known - 1]));
            try
            {
                return await api.ListAsync(listing.Path, [.. query.Select(q => KeyValuePair.Create(q.Item1, q.Item2))], cancellationToken).ConfigureAwait(false);
            }
            catch (ClerkApiException exception) when (listing.IsKeyed && known > 0 && exception.Status is 400 or 404 or 422)
            {
                // The object that the page was to follow is gone.
            }
        }
    }

    private async Task<long?> TotalAsync(Listing listing, ApiPage page, CancellationToken cancellationToken) =>
        page.TotalCount ?? (listing.CountPath is { } path && page.Items.Count < PageSize ? await CountAsync(path, cancellationToken).ConfigureAwait(false) : null);

    private async Task<long?> CountAsync(string path, CancellationToken cancellationToken)
    {
        var answer = await api.ReadAsync(path, cancellationToken).ConfigureAwait(false);
        return answer is not null && RawObject.Read(answer.Body) is { } count && count.Data.TryGetProperty("total_count", out var total) && total.TryGetInt64(out var number)
            ? number
            : null;
    }

    private static List<RawObject> Read(ApiPage page, ref string? gap)
    {
        var read = new List<RawObject>(page.Items.Count);
        foreach (var item in page.Items)
        {
            if (RawObject.Read(item) is { Id: not null } found)
                read.Add(found);
            else
                gap ??= "an object in it has no readable id";
        }

        return read;
    }
}

/// <summary>A page of a listing.</summary>
/// <param name="Objects">Its objects; some may have been on an earlier page.</param>
/// <param name="Next">Where the next one begins.</param>
/// <param name="TakenAt">When Clerk had them so, at the earliest, in Unix ms by Clerk's clock.</param>
/// <param name="AnsweredAt">When Clerk answered, in Unix ms by Clerk's clock.</param>
/// <param name="Total">How many objects Clerk counts in this pass; null when it does not say.</param>
internal sealed record ListedPage(IReadOnlyList<RawObject> Objects, ListingCursor Next, long TakenAt, long AnsweredAt, long? Total);
