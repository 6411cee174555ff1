using System.Globalization;
using ClerkSync.Cli.Reports;

namespace ClerkSync.Cli.Diagnosing;

/// <summary>One part of what <c>clerksync status</c> calls stuck.</summary>
/// <param name="name">The check's name.</param>
/// <param name="database">The database.</param>
/// <param name="prefixes">How the codes of the part begin.</param>
/// <param name="allIsWell">What is said where nothing is stuck.</param>
/// <param name="remark">What deserves a word all the same.</param>
internal sealed class StuckCheck(
    string name, ExaminedDatabase database, IReadOnlyList<string> prefixes, string allIsWell, Func<DatabaseStatus, StuckThing?>? remark = null) : Check(name)
{
    public override async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        if (await database.TryReachAsync(cancellationToken) is not { } facts)
            return NoDatabase();
        if (await database.TryReadAsync(facts, cancellationToken) is not { } status)
            return OtherTables();

        var stuck = status.Stuck.Where(s => prefixes.Any(p => s.Code.StartsWith(p, StringComparison.Ordinal))).ToArray();
        return stuck switch
        {
            [] => remark?.Invoke(status) is { } thing ? Warn(thing.Code, thing.Message, thing.Next) : Pass(allIsWell),
            [var only] => Fail(only.Code, only.Message, only.Next),
            [var first, .. var others] => Fail(
                first.Code,
                string.Create(CultureInfo.InvariantCulture, $"{first.Message} And {others.Length} more."),
                first.Next,
                string.Join(' ', others.Select(o => $"{o.Code}: {o.Message}"))),
        };
    }
}
