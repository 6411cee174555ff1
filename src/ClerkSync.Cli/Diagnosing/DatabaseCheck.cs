namespace ClerkSync.Cli.Diagnosing;

/// <summary>Whether the database answers, and which one it is.</summary>
internal sealed class DatabaseCheck(ExaminedDatabase database) : Check("database")
{
    public override async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        DatabaseFacts facts;
        try
        {
            facts = await database.ReachAsync(cancellationToken);
        }
        catch (CliException exception) when (exception.Code == "no_database" && !database.IsConfigured)
        {
            return Warn(exception.Code, $"No database is configured, and there is none here either. {exception.Message}", "'clerksync serve' makes it in the folder where it is started. Who only verifies needs none. Else set CLERKSYNC_DATABASE.");
        }

        var place = PlainText.Line(facts.Opened.Location.Redacted);
        if (facts.IsStandby)
            return Fail("database_read_only", $"{place} is a standby: it takes no writes.", "Use the address of the primary server in CLERKSYNC_DATABASE.", facts.Product);
        return Pass($"{place} answers ({facts.Product}).", Size(facts));
    }

    private static string? Size(DatabaseFacts facts) => facts.Opened.Location is DatabaseLocation.Sqlite(var file)
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The file has {new FileInfo(file).Length:N0} bytes.")
        : null;
}
