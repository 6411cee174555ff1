namespace ClerkSync.Cli.Diagnosing;

/// <summary>One question about a set-up, and its answer.</summary>
internal abstract class Check(string name)
{
    public string Name => name;

    /// <summary>How long it may take. What takes longer is a finding as well.</summary>
    public virtual TimeSpan Limit => TimeSpan.FromSeconds(30);

    public abstract Task<Finding> LookAsync(CancellationToken cancellationToken);

    protected Finding Pass(string message, string? detail = null) => new(Name, CheckStatus.Pass, message) { Detail = detail };

    protected Finding Warn(string code, string message, string? remedy, string? detail = null) => new(Name, CheckStatus.Warn, message) { Code = code, Remedy = remedy, Detail = detail };

    protected Finding Fail(string code, string message, string? remedy, string? detail = null) => new(Name, CheckStatus.Fail, message) { Code = code, Remedy = remedy, Detail = detail };

    protected Finding Fail(CliException mistake) => Fail(mistake.Code, mistake.Message, mistake.Next);

    /// <summary>Something else is in the way, and has a finding of its own.</summary>
    protected Finding NotChecked(string why, string? remedy = null) => Warn(Finding.NotChecked, $"Not checked: {why}.", remedy);

    /// <summary>Nothing can be asked of a database that does not answer.</summary>
    protected Finding NoDatabase() => NotChecked("the database cannot be read, see \"database\"");

    protected Finding OtherTables() => NotChecked("the tables cannot be read, see \"schema\"");
}
