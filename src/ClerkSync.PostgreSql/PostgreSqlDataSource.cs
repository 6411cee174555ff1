using Npgsql;

namespace ClerkSync.PostgreSql;

/// <summary>Makes the data source that ClerkSync uses when the application brings none.</summary>
internal static class PostgreSqlDataSource
{
    /// <summary>Statements that are sent often enough are prepared; a transaction-mode pooler would lose them, so a setting of the user's own wins.</summary>
    private const int PreparedStatements = 100;

    public static NpgsqlDataSource Create(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (!settings.ContainsKey("Max Auto Prepare"))
            settings.MaxAutoPrepare = PreparedStatements;
        settings.ApplicationName ??= "clerksync";
        var builder = new NpgsqlSlimDataSourceBuilder(settings.ToString());
        builder.EnableArrays();
        builder.EnableTransportSecurity();
        return builder.Build();
    }
}
