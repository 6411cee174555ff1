using System.Globalization;
using ClerkSync.ClerkApi;
using ClerkSync.Events;
using ClerkSync.Mirror;

namespace ClerkSync.Backfill;

/// <summary>Asks Clerk about single objects.</summary>
internal sealed class ClerkQuestions(ClerkApiClient api)
{
    /// <summary>Most ids that Clerk takes in one filter.</summary>
    private const int MostIds = 100;

    /// <summary>A <c>Date</c> has whole seconds: what was true during that second was true at its end.</summary>
    private const long DateGrain = 1000;

    /// <summary>Asks whether Clerk has an object, and how.</summary>
    /// <exception cref="ClerkApiException">Clerk does not answer.</exception>
    public async Task<ClerkAnswer> AskAsync(MirrorTable table, RowIdentity row, CancellationToken cancellationToken)
    {
        string?[] parents = [.. row.ParentIds.Select(id => id is null ? null : Uri.EscapeDataString(id))];
        return table.Absence switch
        {
            AbsenceQuestion.ById { PathOf: var pathOf } when pathOf(Uri.EscapeDataString(row.Id), parents) is { } path => await ReadAsync(row.Id, path, cancellationToken).ConfigureAwait(false),
            AbsenceQuestion.InList list when list.PathOf(parents) is { } path => await LookInAsync(
                row.Id, path, list.Filter is { } f ? [new(f.Name, row.ParentIds[f.Parent]!)] : [], cancellationToken).ConfigureAwait(false),
            _ => new ClerkAnswer.Unknown(),
        };
    }

    /// <summary>Which of these objects Clerk still lists, for tables whose list can be asked for ids: one request for a hundred.</summary>
    /// <returns>Their ids; null where the list cannot be asked so.</returns>
    public async Task<IReadOnlySet<string>?> StillListedAsync(MirrorTable table, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        if (table.Listing is not { IdFilter: { } filter } listing)
            return null;
        var listed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var some in ids.Chunk(MostIds))
        {
            var page = await api.ListAsync(
                listing.Path,
                [new("limit", MostIds.ToString(CultureInfo.InvariantCulture)), .. some.Select(id => KeyValuePair.Create(filter, id))],
                cancellationToken).ConfigureAwait(false);
            listed.UnionWith(page.Items.Select(item => RawObject.Read(item)?.Id).OfType<string>());
        }

        return listed;
    }

    private async Task<ClerkAnswer> ReadAsync(string id, string path, CancellationToken cancellationToken)
    {
        var (asked, answeredAt) = await api.AskAsync(path, cancellationToken).ConfigureAwait(false);
        if (asked is null)
            return new ClerkAnswer.Absent(answeredAt + DateGrain);

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
                return new ClerkAnswer.Absent(answeredAt + DateGrain);
            foreach (var item in page.Items)
            {
                if (RawObject.Read(item) is { } found && found.Id == id)
                    return new ClerkAnswer.Present(found, page.TakenAt);
            }

            if (page.Items.Count < ListingReader.LargestPage)
                return page.TotalCount is { } total && offset + page.Items.Count < total ? new ClerkAnswer.Unknown() : new ClerkAnswer.Absent(page.AnsweredAt + DateGrain);
        }
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
