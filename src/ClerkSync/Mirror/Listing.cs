namespace ClerkSync.Mirror;

/// <summary>The complete listing of a table's objects in Clerk's API.</summary>
/// <param name="Path">Path below <c>/v1</c>.</param>
/// <param name="Query">Parameters, beside those that page. Orders are ascending where Clerk offers one: what is added while pages are read then comes at the end.</param>
internal sealed record Listing(string Path, params IReadOnlyList<(string Name, string Value)> Query)
{
    /// <summary>Whether a page is asked for by the last id of the one before. Elsewhere pages are counted, and overlap, because a deletion moves all that follow.</summary>
    public bool IsKeyed { get; init; }

    /// <summary>Path of the number of objects, for lists that do not say it themselves.</summary>
    public string? CountPath { get; init; }

    /// <summary>A parameter that asks for objects by their ids, at most 100 at once; null where there is none.</summary>
    public string? IdFilter { get; init; }

    /// <summary>Further passes over the same list with these parameters: what Clerk leaves out unless asked.</summary>
    public IReadOnlyList<(string Name, string Value)> FurtherPasses { get; init; } = [];

    public int Passes => 1 + FurtherPasses.Count;

    /// <summary>The parameters of one pass.</summary>
    public IEnumerable<(string Name, string Value)> QueryOf(int pass) => pass == 0 ? Query : [.. Query, FurtherPasses[pass - 1]];
}

/// <summary>The question whose answer proves that Clerk does not have an object any more. A listing without the object is no proof: pages move while they are read.</summary>
internal abstract record AbsenceQuestion
{
    /// <summary>The object is asked for by its id: 404 proves it.</summary>
    /// <param name="PathOf">Makes the path from the escaped id and parents' ids; null when the row does not have what it needs.</param>
    public sealed record ById(Func<string, string?[], string?> PathOf) : AbsenceQuestion;

    /// <summary>Short lists that would hold the object are read to their end; it has to be in none of them. An empty list alone could be a mistake.</summary>
    public sealed record InLists(params IReadOnlyList<ShortList> Lists) : AbsenceQuestion;

    /// <summary>There is no other way than to read the whole listing a second time. For tables that are small by nature.</summary>
    public sealed record SecondListing : AbsenceQuestion;
}

/// <summary>A list of what belongs to one parent.</summary>
/// <param name="PathOf">Makes the path from the escaped parents' ids; null when the row does not have what it needs.</param>
internal sealed record ShortList(Func<string?[], string?> PathOf)
{
    /// <summary>A parameter that takes the id of a parent, and which parent that is; null for none.</summary>
    public (string Name, int Parent)? Filter { get; init; }
}
