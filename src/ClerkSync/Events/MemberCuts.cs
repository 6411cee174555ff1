namespace ClerkSync.Events;

/// <summary>What happens to a member of an object.</summary>
internal enum MemberKind
{
    Kept,

    /// <summary>Cut from document and payload.</summary>
    Secret,

    /// <summary>Cut from the payload if the event is a message to a person.</summary>
    MessageText,
}

/// <summary>A member of an object: where it stands in the body, and in the canonical document.</summary>
internal record struct Member
{
    public int RawStart;
    public int RawEnd;
    public int Start;
    public int End;
    public int KeyLength;
    public MemberKind Kind;
}

/// <summary>Where in <c>data</c> the walk is.</summary>
internal readonly record struct Place(int Depth, int MetadataDepth, bool InVerification)
{
    /// <summary>Deeper than any Clerk object, and well inside what both databases parse (SQLite: 1,000 levels).</summary>
    public const int DeepestDocument = 64;

    /// <summary>Users write <c>unsafe_metadata</c> themselves; nesting must be no way to freeze one's own row.</summary>
    public const int DeepestMetadata = 20;

    public static Place Root => new(1, 0, InVerification: false);

    public bool IsRoot => Depth == 1;

    public bool IsTooDeep => Depth > DeepestDocument || MetadataDepth > DeepestMetadata;

    public Place Deeper() => this with { Depth = Depth + 1, MetadataDepth = MetadataDepth > 0 ? MetadataDepth + 1 : 0 };

    public Place Enter(ReadOnlySpan<byte> name) => MetadataDepth > 0
        ? Deeper()
        : new(Depth + 1, SecretMembers.IsMetadata(name) ? 1 : 0, name.SequenceEqual("verification"u8));

    public MemberKind KindOf(ReadOnlySpan<byte> name)
    {
        if (MetadataDepth > 0)
            return MemberKind.Kept;
        if (SecretMembers.IsSecret(name) || (InVerification && SecretMembers.IsSecretOfVerification(name)))
            return MemberKind.Secret;
        return IsRoot && SecretMembers.IsMessageText(name) ? MemberKind.MessageText : MemberKind.Kept;
    }
}

/// <summary>Ranges of the body that are left out of what is stored. Bytes are cut and nothing is written anew, so what remains is Clerk's own text.</summary>
internal sealed class MemberCuts
{
    private readonly List<(int Start, int End)> _ranges = [];

    /// <summary>Notes the secret members of one object, each with the comma that it no longer needs.</summary>
    public void Add(List<Member> members, bool includeMessageText)
    {
        var hasKept = false;
        for (var i = 0; i < members.Count; i++)
        {
            var isCut = members[i].Kind == MemberKind.Secret || (includeMessageText && members[i].Kind == MemberKind.MessageText);
            if (!isCut)
            {
                hasKept = true;
                continue;
            }

            // After a member that stays, the comma before goes; at the front, the comma after.
            var start = hasKept ? members[i - 1].RawEnd : members[i].RawStart;
            var end = !hasKept && i + 1 < members.Count ? members[i + 1].RawStart : members[i].RawEnd;
            _ranges.Add((start, end));
        }
    }

    public ReadOnlyMemory<byte> CutFrom(ReadOnlyMemory<byte> body)
    {
        if (_ranges.Count == 0)
            return body;

        _ranges.Sort();
        using var kept = new ByteBuffer(body.Length);
        var position = 0;
        foreach (var (start, end) in _ranges)
        {
            if (start > position)
                kept.Append(body.Span[position..start]);
            position = Math.Max(position, end);
        }

        kept.Append(body.Span[position..]);
        return kept.ToArray();
    }
}
