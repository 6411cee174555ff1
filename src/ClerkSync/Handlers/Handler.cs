using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace ClerkSync.Handlers;

/// <summary>Does a handler's work on one event.</summary>
/// <param name="input">The run's event and context.</param>
/// <param name="cancellationToken">Cancelled at the handler's timeout and when the application stops.</param>
/// <returns>What the other side answered, where there is one; else null.</returns>
internal delegate Task<RunAnswer?> HandlerWork(RunInput input, CancellationToken cancellationToken);

/// <summary>Carries out a run's work and its completion in one transaction.</summary>
/// <param name="input">The run.</param>
/// <param name="work">The handler's work.</param>
/// <param name="completion">The statements that complete the run; false when the lease was lost, and then nothing may be committed.</param>
/// <param name="cancellationToken">Gives up.</param>
internal delegate Task<bool> RunInTransaction(RunInput input, Func<Task> work, RunCompletion completion, CancellationToken cancellationToken);

/// <summary>A registered handler, checked.</summary>
internal sealed partial class Handler(string name, ClerkHandlerOptions options, HandlerInterest interest, HandlerWork work)
{
    /// <summary>Stands between a handler's name and an object's id in a line's id; neither can hold one.</summary>
    private const char Separator = ' ';

    public string Name { get; } = name;

    public ClerkHandlerOptions Options { get; } = options;

    public HandlerInterest Interest { get; } = interest;

    public HandlerWork Work { get; } = work;

    public static string LineOf(string handler, string objectId) => $"{handler}{Separator}{objectId}";

    /// <summary>Everything that is wrong with a handler, as sentences.</summary>
    public IEnumerable<string> Problems()
    {
        var subject = $"Handler \"{Name}\"";
        if (!NamePattern().IsMatch(Name))
            yield return $"{subject}: the name must be 1 to 120 letters, digits and . _ - : / * , + and begin with a letter or digit. Set Name.";
        foreach (var problem in HandlerInterest.ProblemsOf(Options.Patterns))
            yield return $"{subject}: {problem}";
        if (Interest.IsEmpty && Options.Patterns.Count > 0 && !HandlerInterest.ProblemsOf(Options.Patterns).Any())
            yield return $"{subject} can never run: its code takes no event of {string.Join(", ", Options.Patterns.Select(p => $"\"{p}\""))}. Change ForTypes, or the event it takes.";
        if (Options.Timeout <= TimeSpan.Zero || Options.Timeout > TimeSpan.FromHours(1))
            yield return $"{subject}: Timeout is {Options.Timeout}; it must be more than zero and at most one hour.";
        if (Options.MaxConcurrency is < 1 or > 1000)
            yield return $"{subject}: MaxConcurrency is {Options.MaxConcurrency}; it must be 1 to 1000.";
        if (Options.Jitter is not (>= 0 and <= 1))
            yield return $"{subject}: Jitter is {Options.Jitter}; it must be 0 to 1.";
        if (Options.RetryDelays.Count > 50)
            yield return $"{subject}: RetryDelays has {Options.RetryDelays.Count} pauses; at most 50 are allowed.";
        foreach (var delay in Options.RetryDelays.Where(d => d < TimeSpan.Zero || d > TimeSpan.FromDays(30)))
            yield return $"{subject}: RetryDelays holds {delay}; each must be zero to 30 days.";
    }

    /// <summary>How long to wait after a failed attempt; null gives the run up.</summary>
    /// <param name="attempt">The attempt that failed, 1 for the first.</param>
    /// <param name="random">Where in the jitter it falls.</param>
    [SuppressMessage("Security", "CA5394", Justification = "Nobody gains by guessing when a retry comes.")]
    public TimeSpan? PauseAfter(long attempt, Random random) => attempt > Options.RetryDelays.Count
        ? null
        : Options.RetryDelays[(int)attempt - 1] * (1 + (Options.Jitter * ((2 * random.NextDouble()) - 1)));

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._:/*,+-]{0,119}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamePattern();
}

/// <summary>What the other side of a forward answered.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The first 1 KiB of the body as text.</param>
internal sealed record RunAnswer(int Status, string Body);
