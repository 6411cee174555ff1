using System.Globalization;
using ClerkSync.ClerkApi;
using ClerkSync.Events;
using ClerkSync.Mirror;

namespace ClerkSync.Backfill;

/// <summary>Asks Clerk about single objects.</summary>
internal sealed class ClerkQuestions(ClerkApiClient api, int pageSize)
{
    /// <summary>Most ids that Clerk takes in one filter.</summary>
    private const int MostIds = 100;

    /// <summary>Questions on their way at once: the budget decides how many in a second.</summary>
    private const int AtOnce = 4;

    /// <summary>Asks whether Clerk has objects, and how.</summary>
    /// <exception cref="ClerkApiException">Clerk does not answer.</exception>
    public async Task<IReadOnlyList<(RowIdentity Row, ClerkAnswer Answer)>> AskAsync(MirrorTable table, IReadOnlyList<RowIdentity> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
            return [];
        if (table.Absence is not (AbsenceQuestion.ById or AbsenceQuestion.InLists))
            return await AskByListingAsync(table, rows, cancellationToken).ConfigureAwait(false);
        var answers = new List<(RowIdentity, ClerkAnswer)>(rows.Count);
        foreach (var some in rows.Chunk(AtOnce))
        {
            var asked = await Task.WhenAll(some.Select(row => AskAsync(table, row, cancellationToken))).ConfigureAwait(false);
            answers.AddRange(some.Zip(asked));
        }

        return answers;
    }

    /// <summary>Which of these objects Clerk still lists, for tables whose list can be asked for ids: one request for a hundred.</summary>
    /// <returns>The objects and when Clerk had them so; null where the list cannot be asked so.</returns>
    public async Task<IReadOnlyDictionary<string, ClerkAnswer.Present>?> StillListedAsync(MirrorTable table, IReadOnlyList<RowIdentity> rows, CancellationToken cancellationToken)
    {
        if (table.Listing is not { IdFilter: { } filter } listing)
            return null;
        var listed = new Dictionary<string, ClerkAnswer.Present>(StringComparer.Ordinal);
        foreach (var some in rows.Chunk(MostIds))
        {
            var page = await api.ListAsync(
                listing.Path,
                [new("limit", MostIds.ToString(CultureInfo.InvariantCulture)), .. some.Select(row => KeyValuePair.Create(filter, row.Id))],
                cancellationToken).ConfigureAwait(false);
            foreach (var found in page.Items.Select(item => RawObject.Read(item)).OfType<RawObject>().Where(o => o.Id is not null))
                listed[found.Id!] = new(found, page.TakenAt);
        }

        return listed;
    }

    private async Task<ClerkAnswer> AskAsync(MirrorTable table, RowIdentity row, CancellationToken cancellationToken)
    {
        string?[] parents = [.. row.ParentIds.Select(id => id is null ? null : ClerkApiClient.Escape(id))];
        if (table.Absence is AbsenceQuestion.ById { PathOf: var pathOf })
            return pathOf(ClerkApiClient.Escape(row.Id), parents) is { } path ? await ReadAsync(row.Id, path, cancellationToken).ConfigureAwait(false) : new ClerkAnswer.Unknown();

        var answer = (ClerkAnswer)new ClerkAnswer.Unknown();
        foreach (var list in ((AbsenceQuestion.InLists)table.Absence!).Lists)
        {
            answer = list.PathOf(parents) is { } listPath
                ? await LookInAsync(row.Id, listPath, list.Filter is { } f ? [new(f.Name, row.ParentIds[f.Parent]!)] : [], cancellationToken).ConfigureAwait(false)
                : new ClerkAnswer.Unknown();
            if (answer is not ClerkAnswer.Absent)
                return answer;
        }

        return answer;
    }

    private async Task<ClerkAnswer> ReadAsync(string id, string path, CancellationToken cancellationToken)
    {
        var (asked, answeredAt) = await api.AskAsync(path, cancellationToken).ConfigureAwait(false);
        if (asked is null)
            return new ClerkAnswer.Absent(answeredAt + ApiAnswer.DateGrain);

        // An organization can be asked for by its slug as well: an answer about another id is none.
        return RawObject.Read(asked.Body) is { } found && found.Id == id ? new ClerkAnswer.Present(found, asked.TakenAt) : new ClerkAnswer.Unknown();
    }

    private async Task<ClerkAnswer> LookInAsync(string id, string path, KeyValuePair<string, string>[] filter, CancellationToken cancellationToken)
    {
        for (var offset = 0; ; offset += ListingReader.LargestPage)
        {
            KeyValuePair<string, string>[] query =
            [
                .. filter,
                new("limit", ListingReader.LargestPage.ToString(CultureInfo.InvariantCulture)),
                new("offset", offset.ToString(CultureInfo.InvariantCulture)),
            ];
            var (page, answeredAt) = await api.FindListAsync(path, query, cancellationToken).ConfigureAwait(false);
            if (page is null)
                return new ClerkAnswer.Absent(answeredAt + ApiAnswer.DateGrain);
            foreach (var item in page.Items)
            {
                if (RawObject.Read(item) is not { Id: { } found } read)
                    return new ClerkAnswer.Unknown();
                if (found == id)
                    return new ClerkAnswer.Present(read, page.TakenAt);
            }

            if (page.Items.Count < ListingReader.LargestPage)
                return page.TotalCount is { } total && offset + page.Items.Count < total ? new ClerkAnswer.Unknown() : new ClerkAnswer.Absent(page.AnsweredAt + ApiAnswer.DateGrain);
        }
    }

    /// <summary>The whole list once more: what is in it is there, and for tables that are small by nature what is not in it is gone.</summary>
    private async Task<IReadOnlyList<(RowIdentity, ClerkAnswer)>> AskByListingAsync(MirrorTable table, IReadOnlyList<RowIdentity> rows, CancellationToken cancellationToken)
    {
        var asked = rows.ToDictionary(r => r.Id, _ => (ClerkAnswer?)null, StringComparer.Ordinal);
        long? provedAt = null;
        var isWhole = table.Absence is AbsenceQuestion.SecondListing;
        await foreach (var page in new ListingReader(api) { PageSize = pageSize }.ReadAsync(table, new(), cancellationToken).ConfigureAwait(false))
        {
            provedAt ??= page.TakenAt;
            isWhole &= page.Next is { Gap: null, Unreadable: 0 };
            foreach (var found in page.Objects.Where(o => asked.ContainsKey(o.Id!)))
                asked[found.Id!] = new ClerkAnswer.Present(found, page.TakenAt);
        }

        var otherwise = isWhole && provedAt is { } at ? (ClerkAnswer)new ClerkAnswer.Absent(at) : new ClerkAnswer.Unknown();
        return [.. rows.Select(row => (row, asked[row.Id] ?? otherwise))];
    }
}

/// <summary>What Clerk says about one object.</summary>
internal abstract record ClerkAnswer
{
    /// <summary>Clerk has it.</summary>
    public sealed record Present(RawObject Object, long TakenAt) : ClerkAnswer;

    /// <summary>Clerk does not have it.</summary>
    /// <param name="At">The latest moment at which that is proved, in Unix ms.</param>
    public sealed record Absent(long At) : ClerkAnswer;

    /// <summary>Clerk cannot be asked, or contradicts itself.</summary>
    public sealed record Unknown : ClerkAnswer;
}
