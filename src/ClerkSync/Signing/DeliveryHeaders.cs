using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace ClerkSync.Signing;

/// <summary>
/// The three headers of a delivery, well-formed but not yet verified. Names are compared without regard to case. If any <c>svix-*</c> header is
/// present only that family counts, otherwise <c>webhook-*</c>; each must occur once and not be empty; families are never mixed, and the second is
/// never tried after the first failed.
/// </summary>
public readonly record struct DeliveryHeaders
{
    private DeliveryHeaders(HeaderFamily family, string id, string timestampText, string signatures)
    {
        Family = family;
        Id = id;
        TimestampText = timestampText;
        Timestamp = long.Parse(timestampText, NumberStyles.None, CultureInfo.InvariantCulture);
        Signatures = signatures;
    }

    /// <summary>Which names the headers had.</summary>
    public HeaderFamily Family { get; }

    /// <summary>The message id, 1 to 256 printable ASCII characters without spaces. The same for every attempt of a message. Null in a default value.</summary>
    public string Id { get; }

    /// <summary>When this attempt was signed, in Unix seconds, 0 to 999,999,999,999,999.</summary>
    public long Timestamp { get; }

    internal string TimestampText { get; }

    internal string Signatures { get; }

    /// <summary>Finds the headers among all headers of a request. A name that occurs twice counts as two headers.</summary>
    /// <param name="headers">All headers of the request, values as they came.</param>
    /// <param name="result">The headers, or the default value.</param>
    /// <param name="refusal">Why they were refused, or null.</param>
    /// <returns>Whether the headers are well-formed.</returns>
    public static bool TryRead(
        IEnumerable<KeyValuePair<string, string>> headers, out DeliveryHeaders result, [NotNullWhen(false)] out DeliveryRefusal? refusal)
    {
        var found = default(FoundHeaders);
        foreach (var (name, value) in headers)
            found.Add(name, value);
        return TryRead(found, FoundHeaders.Lookup, out result, out refusal);
    }

    /// <summary>Finds the headers among all headers of a request, for hosts that keep a list of values for each name.</summary>
    /// <param name="headers">All headers of the request, values as they came.</param>
    /// <param name="result">The headers, or the default value.</param>
    /// <param name="refusal">Why they were refused, or null.</param>
    /// <returns>Whether the headers are well-formed.</returns>
    public static bool TryRead(
        IEnumerable<KeyValuePair<string, IEnumerable<string>>> headers, out DeliveryHeaders result, [NotNullWhen(false)] out DeliveryRefusal? refusal)
    {
        var found = default(FoundHeaders);
        foreach (var (name, values) in headers)
        {
            foreach (var value in values)
                found.Add(name, value);
        }

        return TryRead(found, FoundHeaders.Lookup, out result, out refusal);
    }

    /// <summary>Asks a host for the headers by name, without allocating.</summary>
    /// <typeparam name="TSource">What <paramref name="lookup"/> needs to find a header.</typeparam>
    /// <param name="source">Handed to <paramref name="lookup"/>, so that it can be static.</param>
    /// <param name="lookup">Returns all values of the header with this lower-case name, found without regard to case; none if it is absent.</param>
    /// <param name="result">The headers, or the default value.</param>
    /// <param name="refusal">Why they were refused, or null.</param>
    /// <returns>Whether the headers are well-formed.</returns>
    public static bool TryRead<TSource>(
        TSource source, Func<TSource, string, StringValues> lookup, out DeliveryHeaders result, [NotNullWhen(false)] out DeliveryRefusal? refusal)
    {
        result = default;
        var id = lookup(source, HeaderNames.SvixId);
        var timestamp = lookup(source, HeaderNames.SvixTimestamp);
        var signatures = lookup(source, HeaderNames.SvixSignature);
        var family = HeaderFamily.Svix;
        if (id.Count + timestamp.Count + signatures.Count == 0)
        {
            id = lookup(source, HeaderNames.WebhookId);
            timestamp = lookup(source, HeaderNames.WebhookTimestamp);
            signatures = lookup(source, HeaderNames.WebhookSignature);

            // with no header at all, name those that Clerk sends
            if (id.Count + timestamp.Count + signatures.Count > 0)
                family = HeaderFamily.Webhook;
        }

        var names = HeaderNames.Of(family);
        refusal = FindMissing(names.Id, id, family) ?? FindMissing(names.Timestamp, timestamp, family) ?? FindMissing(names.Signature, signatures, family);
        if (refusal is not null)
            return false;

        if (!IsId(id.ToString()))
            refusal = DeliveryRefusal.MalformedId(names.Id);
        else if (!IsTimestamp(timestamp.ToString()))
            refusal = DeliveryRefusal.MalformedTimestamp(names.Timestamp, timestamp.ToString());
        if (refusal is not null)
            return false;

        result = new DeliveryHeaders(family, id.ToString(), timestamp.ToString(), signatures.ToString());
        return true;
    }

    internal static bool IsId(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= DeliverySignature.MaxIdLength && !text.ContainsAnyExceptInRange('!', '~');

    // no sign, no zero in front, no white space: only the one text that stands for this number, because the text is what was signed
    private static bool IsTimestamp(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= DeliverySignature.MaxTimestampLength && !text.ContainsAnyExceptInRange('0', '9') && (text[0] != '0' || text.Length == 1);

    private static DeliveryRefusal? FindMissing(string name, StringValues values, HeaderFamily family) => values.Count switch
    {
        0 => DeliveryRefusal.MissingHeader(name, family),
        1 => string.IsNullOrEmpty(values[0]) ? DeliveryRefusal.MissingHeader(name, family) : null,
        var count => DeliveryRefusal.RepeatedHeader(name, count),
    };

    /// <summary>The six headers, picked out of a list in one pass.</summary>
    private struct FoundHeaders
    {
        public static readonly Func<FoundHeaders, string, StringValues> Lookup = static (found, name) => name switch
        {
            HeaderNames.SvixId => found._svixId,
            HeaderNames.SvixTimestamp => found._svixTimestamp,
            HeaderNames.SvixSignature => found._svixSignature,
            HeaderNames.WebhookId => found._webhookId,
            HeaderNames.WebhookTimestamp => found._webhookTimestamp,
            _ => found._webhookSignature,
        };

        private StringValues _svixId;
        private StringValues _svixTimestamp;
        private StringValues _svixSignature;
        private StringValues _webhookId;
        private StringValues _webhookTimestamp;
        private StringValues _webhookSignature;

        public void Add(string name, string? value)
        {
            Add(ref _svixId, HeaderNames.SvixId, name, value);
            Add(ref _svixTimestamp, HeaderNames.SvixTimestamp, name, value);
            Add(ref _svixSignature, HeaderNames.SvixSignature, name, value);
            Add(ref _webhookId, HeaderNames.WebhookId, name, value);
            Add(ref _webhookTimestamp, HeaderNames.WebhookTimestamp, name, value);
            Add(ref _webhookSignature, HeaderNames.WebhookSignature, name, value);
        }

        private static void Add(ref StringValues values, string wanted, string name, string? value)
        {
            if (wanted.Equals(name, StringComparison.OrdinalIgnoreCase))
                values = StringValues.Concat(values, value ?? "");
        }
    }
}
