using System.Globalization;

namespace ClerkSync.Cli.Diagnosing;

/// <summary>Whether this machine's clock agrees with the database's and with Clerk's: deliveries that seem older or newer than five minutes are refused.</summary>
internal sealed class ClockCheck(ExaminedDatabase database, AskedClerk clerk) : Check("clock")
{
    /// <summary>A delivery that differs by more is refused.</summary>
    private static readonly TimeSpan s_most = TimeSpan.FromMinutes(5);

    /// <summary>Clocks that are set by NTP differ by less.</summary>
    private static readonly TimeSpan s_usual = TimeSpan.FromSeconds(30);

    public override async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var seen = new List<(string Whose, TimeSpan Ahead)>();
        if ((await clerk.AskAsync(cancellationToken))?.Ahead is { } ofClerk)
            seen.Add(("Clerk's", ofClerk));
        if ((await database.TryReachAsync(cancellationToken))?.Ahead is { } ofDatabase)
            seen.Add(("the database's", ofDatabase));
        if (seen.Count == 0)
            return Pass("There is no other clock to compare with: neither Clerk nor a database server was asked.");

        var detail = string.Join(", ", seen.Select(s => $"{Difference(s.Ahead)} {s.Whose}")) + ".";
        var (whose, worst) = seen.MaxBy(s => s.Ahead.Duration());
        const string remedy = "Set the clock of the machine that is wrong (NTP): where two others agree, it is the third.";
        if (worst.Duration() > s_most)
        {
            return Fail(
                "clock_wrong", $"This machine's clock is {Difference(worst)} {whose} clock. Deliveries that differ by more than {s_most.TotalMinutes:0} minutes are refused (timestamp_too_old, timestamp_too_new).", remedy, detail);
        }

        return worst.Duration() > s_usual
            ? Warn("clock_off", $"This machine's clock is {Difference(worst)} {whose} clock.", remedy, detail)
            : Pass($"This machine's clock agrees with {string.Join(" and ", seen.Select(s => s.Whose))}.", detail);
    }

    private static string Difference(TimeSpan ahead) => string.Create(CultureInfo.InvariantCulture, $"{ahead.Duration().TotalSeconds:0} s {(ahead < TimeSpan.Zero ? "behind" : "ahead of")}");
}
