using System.Text.Json;

namespace ClerkSync.Events;

/// <summary>
/// Walks <c>data</c> once and makes two things of it: the canonical document (compact, keys sorted, last of equal keys, escapes decoded,
/// secrets left out), and the ranges of the body to cut so that Clerk's own bytes can be kept. Clerk sends sorted keys, so the document
/// is usually a copy of slices.
/// </summary>
internal sealed class CanonicalWriter(ReadOnlyMemory<byte> body) : IDisposable
{
    private readonly MemberCuts _cuts = new();
    private readonly Stack<List<Member>> _spareLists = new();
    private readonly ByteBuffer _out = new(body.Length);
    private List<Member> _root = [];

    public DocumentRepairs Repairs { get; private set; }

    /// <summary>Forgets the document but not the cuts: of two members named <c>data</c> the last counts, and neither may leak.</summary>
    public void Restart()
    {
        _cuts.Add(_root, includeMessageText: true);
        _root = [];
        _out.Length = 0;
        Repairs = DocumentRepairs.None;
    }

    /// <summary>Takes <c>data</c> in. What is no object makes no document, and still leaks no secret.</summary>
    public void Write(ref Utf8JsonReader reader) => WriteValue(ref reader, Place.Root);

    public ReadOnlyMemory<byte> ToDocument(string type) => SecretMembers.IsMessageType(type)
        ? CanonicalDocument.Without(CanonicalDocument.Parse(_out.ToArray()), SecretMembers.MessageTexts)
        : _out.ToArray();

    /// <summary>The body without its secrets, or the body itself when it has none. Without a type it may be a message.</summary>
    public ReadOnlyMemory<byte> ToPayload(string? type)
    {
        _cuts.Add(_root, type is null || SecretMembers.IsMessageType(type));
        return _cuts.CutFrom(body);
    }

    public void Dispose() => _out.Dispose();

    private void WriteObject(ref Utf8JsonReader reader, Place place)
    {
        var members = _spareLists.TryPop(out var spare) ? spare : [];
        var isSorted = true;
        Member? last = null;
        _out.Append((byte)'{');
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var undo = _out.Length;
            var member = WriteName(ref reader, place, needsComma: last is not null, out var inside);
            reader.Read();
            if (member.Kind == MemberKind.Secret)
            {
                _out.Length = undo;
                reader.Skip();
            }
            else
            {
                isSorted &= last is null || Key(last.Value).SequenceCompareTo(Key(member)) < 0;
                _out.Append((byte)':');
                WriteValue(ref reader, inside);
                member.End = _out.Length;
                last = member;
            }

            member.RawEnd = (int)reader.BytesConsumed;
            members.Add(member);
        }

        if (!isSorted)
            Sort(members);
        _out.Append((byte)'}');
        Leave(members, place);
    }

    private Member WriteName(ref Utf8JsonReader reader, Place place, bool needsComma, out Place inside)
    {
        var rawStart = (int)reader.TokenStartIndex;
        if (needsComma)
            _out.Append((byte)',');
        var start = _out.Length;
        WriteText(ref reader);
        var name = _out.Written[(start + 1)..^1];
        inside = place.Enter(name);
        return new() { RawStart = rawStart, Start = start, KeyLength = _out.Length - start, Kind = place.KindOf(name) };
    }

    private void Leave(List<Member> members, Place place)
    {
        if (place.IsRoot)
        {
            _root = members;
            return;
        }

        _cuts.Add(members, includeMessageText: false);
        members.Clear();
        _spareLists.Push(members);
    }

    private ReadOnlySpan<byte> Key(Member member) => _out.Written.Slice(member.Start + 1, member.KeyLength - 2);

    /// <summary>Puts the members in order; of equal keys the last one in the text stays.</summary>
    private void Sort(List<Member> members)
    {
        var kept = members.Where(m => m.Kind != MemberKind.Secret).ToArray();
        var origin = kept[0].Start;
        var text = _out.Written[origin..].ToArray();
        var byKey = Comparer<Member>.Create((a, b) => KeyIn(text, a, origin).SequenceCompareTo(KeyIn(text, b, origin)));
        var ordered = kept.Order(byKey).ToArray();
        _out.Length = origin;
        for (var i = 0; i < ordered.Length; i++)
        {
            // Order is stable, so the last of equal keys is the last one here too.
            if (i + 1 < ordered.Length && byKey.Compare(ordered[i], ordered[i + 1]) == 0)
                continue;
            if (_out.Length > origin)
                _out.Append((byte)',');
            _out.Append(text.AsSpan(ordered[i].Start - origin, ordered[i].End - ordered[i].Start));
        }

        static ReadOnlySpan<byte> KeyIn(byte[] text, Member member, int origin) => text.AsSpan(member.Start - origin + 1, member.KeyLength - 2);
    }

    private void WriteValue(ref Utf8JsonReader reader, Place place)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject or JsonTokenType.StartArray when place.IsTooDeep:
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                JsonText.Write(body.Span[start..(int)reader.BytesConsumed], _out);
                Repairs |= DocumentRepairs.Depth;
                break;
            case JsonTokenType.StartObject:
                WriteObject(ref reader, place);
                break;
            case JsonTokenType.StartArray:
                WriteArray(ref reader, place);
                break;
            case JsonTokenType.String:
                WriteText(ref reader);
                break;
            case JsonTokenType.Number:
                WriteNumber(ref reader);
                break;
            default:
                _out.Append(reader.ValueSpan);
                break;
        }
    }

    private void WriteArray(ref Utf8JsonReader reader, Place place)
    {
        _out.Append((byte)'[');
        var isFirst = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!isFirst)
                _out.Append((byte)',');
            isFirst = false;
            WriteValue(ref reader, place.Deeper());
        }

        _out.Append((byte)']');
    }

    private void WriteText(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            _out.Append((byte)'"');
            _out.Append(reader.ValueSpan);
            _out.Append((byte)'"');
            return;
        }

        using var decoded = new ByteBuffer(reader.ValueSpan.Length);
        if (JsonText.Decode(reader.ValueSpan, decoded))
            Repairs |= DocumentRepairs.Characters;
        JsonText.Write(decoded.Written, _out);
    }

    private void WriteNumber(ref Utf8JsonReader reader)
    {
        if (JsonText.IsRepresentable(ref reader))
        {
            JsonText.WriteNumber(reader.ValueSpan, _out);
            return;
        }

        JsonText.Write(reader.ValueSpan, _out);
        Repairs |= DocumentRepairs.Numbers;
    }
}
