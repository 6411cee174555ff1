using System.Globalization;

namespace ClerkSync.Cli.Diagnosing;

/// <summary>Looks at everything, one check after the other. What is wrong with one keeps none of the others from its turn.</summary>
internal static class Examination
{
    public static async Task<IReadOnlyList<Finding>> RunAsync(IReadOnlyList<Check> checks, TimeProvider time, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>(checks.Count);
        foreach (var check in checks)
            findings.Add(await LookAsync(check, time, cancellationToken));
        return findings;
    }

    private static async Task<Finding> LookAsync(Check check, TimeProvider time, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(check.Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // SQLite works on the thread that asks, and does not look at tokens meanwhile
            return await Task.Run(() => check.LookAsync(either.Token), cancellationToken).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(check.Name, CheckStatus.Fail, string.Create(CultureInfo.InvariantCulture, $"The check had not ended after {check.Limit.TotalSeconds:0} s."))
            {
                Code = "timed_out",
                Remedy = "Run it again. If it stays so, look at the network and at what keeps the database busy.",
            };
        }
        catch (CliException exception)
        {
            return new(check.Name, CheckStatus.Fail, exception.Message) { Code = exception.Code, Remedy = exception.Next };
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // the message of an exception nobody expected can hold anything
            return new(check.Name, CheckStatus.Fail, $"The check itself failed: {exception.GetType().Name}.") { Code = "check_failed", Remedy = "Report it with the name of the check." };
        }
    }
}
