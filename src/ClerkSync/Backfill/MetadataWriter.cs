using System.Text;
using System.Text.Json;
using ClerkSync.ClerkApi;
using ClerkSync.Events;
using Microsoft.Extensions.Logging;

namespace ClerkSync.Backfill;

/// <summary>
/// Merges metadata into an object of Clerk, when that changes anything: each write raises an event, and a handler of that event that writes must come to rest.
/// What is compared is what Clerk has now; the mirror may be behind.
/// </summary>
internal sealed partial class MetadataWriter(ClerkApiClient api, ObjectFetch fetch, ILogger logger)
{
    /// <summary>Clerk's limit for each kind of metadata of one object, in bytes.</summary>
    public const int Largest = 8 * 1024;

    /// <summary>A session token travels in a cookie of at most 4 KB; this is what Clerk advises to put into it, in bytes.</summary>
    public const int LargestInToken = 1200;

    private static readonly JsonElement Nothing = JsonElement.Parse("{}"u8);

    /// <summary>Compares, and writes what differs.</summary>
    /// <param name="wanted">Whose metadata.</param>
    /// <param name="kinds">For each kind the changes.</param>
    /// <param name="cancellationToken">Gives up; whether Clerk has written is not known then.</param>
    /// <returns>Whether anything was written, and the object; null when Clerk does not have it.</returns>
    /// <exception cref="ClerkApiException">Clerk did not answer, or refused.</exception>
    /// <exception cref="ClerkMetadataException">A kind would be too large.</exception>
    public async Task<(bool IsWritten, RawObject Object)?> MergeAsync(
        WantedObject.ById wanted, IReadOnlyDictionary<string, JsonElement> kinds, CancellationToken cancellationToken)
    {
        var merged = await fetch.InTimeAsync(
            token => AskAndWriteAsync(wanted, kinds, token),
            $"The metadata of {wanted.Path} were not merged",
            "Whether Clerk has written is not known; the same call again finds out.",
            cancellationToken).ConfigureAwait(false);
        if (merged is not var (found, written))
            return null;
        if (written is null)
            return (false, found);
        if (await fetch.KeepAsync(wanted, written.Value.Object, written.Value.TakenAt, cancellationToken).ConfigureAwait(false) is { } why)
            LogNotKept(logger, wanted.Path, why);
        return (true, written.Value.Object);
    }

    private async Task<(RawObject Found, (RawObject Object, long TakenAt)? Written)?> AskAndWriteAsync(
        WantedObject.ById wanted, IReadOnlyDictionary<string, JsonElement> kinds, CancellationToken cancellationToken)
    {
        // a key of another instance must write nothing there either
        await fetch.RequireInstanceAsync(ApiPriority.Foreground, cancellationToken).ConfigureAwait(false);
        if ((await api.AskAsync(wanted.Path, ApiPriority.Foreground, cancellationToken).ConfigureAwait(false)).Answer is not { } asked)
            return null;
        var found = Read(wanted, asked, "GET /v1/" + wanted.Path);
        var present = Parse(asked.Body.Span);
        KeyValuePair<string, JsonElement>[] differing = [.. kinds.Where(k => MetadataMerge.Changes(Of(present, k.Key), k.Value))];
        if (differing.Length == 0)
            return (found, null);
        foreach (var (kind, changes) in differing)
            CheckSize(wanted, kind, MetadataMerge.SizeOf(Of(present, kind), changes));

        var path = $"{wanted.Path}/metadata";
        var answer = await api.MergeAsync(path, Body(differing), cancellationToken).ConfigureAwait(false);
        return answer is null ? null : (found, (Read(wanted, answer, "PATCH /v1/" + path), answer.TakenAt));
    }

    private static RawObject Read(WantedObject wanted, ApiAnswer answer, string name) =>
        RawObject.Read(answer.Body) is { } read && read.Id == wanted.Id ? read : throw ApiFailure.WrongShape(name, "that object");

    /// <summary>
    /// As it came: what is repaired for the databases never equals what is to be written, so it would be written for ever. But half a character, which users can write into their own metadata, can be neither read
    /// nor written.
    /// </summary>
    internal static JsonElement Parse(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(LoneSurrogates.Replace(body), new JsonReaderOptions { MaxDepth = 100_000 });
        return JsonElement.ParseValue(ref reader);
    }

    private static JsonElement Of(JsonElement document, string kind) => document.TryGetProperty(kind, out var metadata) ? metadata : Nothing;

    private void CheckSize(WantedObject wanted, string kind, int size)
    {
        if (size > Largest)
        {
            throw new ClerkMetadataException(
                kind, $"{kind} of {wanted.Path} would have {size} bytes; Clerk keeps {Largest}. Nothing was written. Remove members, or keep large things in your own tables, by the id.");
        }

        if (kind == MetadataKind.Public && size > LargestInToken)
            LogLarge(logger, kind, wanted.Path, size, LargestInToken);
    }

    private static ReadOnlyMemory<byte> Body(KeyValuePair<string, JsonElement>[] kinds) =>
        Encoding.UTF8.GetBytes($"{{{string.Join(',', kinds.Select(k => $"\"{k.Key}\":{k.Value.GetRawText()}"))}}}");

    [LoggerMessage(5306, LogLevel.Warning,
        "{Kind} of {Object} has {Size} bytes. If it is part of the session token, keep it below {Limit}: browsers drop a cookie of more than 4 KB, and nobody can sign in.")]
    private static partial void LogLarge(ILogger logger, string kind, string @object, int size, int limit);

    [LoggerMessage(5307, LogLevel.Warning, "Clerk has written the metadata of {Object}, but the mirror has not. The event of the change brings them. {Why}")]
    private static partial void LogNotKept(ILogger logger, string @object, string why);
}
