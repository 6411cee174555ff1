using Npgsql;

namespace ClerkSync.PostgreSql;

/// <summary>Makes the data source that ClerkSync uses when the application brings none.</summary>
internal static class PostgreSqlDataSource
{
    /// <summary>The engine has fewer statements than this, so each is planned once a connection. Not through a pooler, which would lose them.</summary>
    private const int PreparedStatements = 100;

    /// <summary>From a URL or a connection string of Npgsql.</summary>
    /// <exception cref="FormatException">The address cannot be read; the message holds no password.</exception>
    public static NpgsqlDataSource Create(string text) => Create(PostgreSqlUrl.Parse(text));

    public static NpgsqlDataSource Create(PostgreSqlAddress address)
    {
        var settings = new NpgsqlConnectionStringBuilder(address.ConnectionString);
        if (!address.ThroughPooler && !settings.NoResetOnClose && settings.MaxAutoPrepare == 0)
        {
            settings.MaxAutoPrepare = PreparedStatements;

            // whatever is set is set for one transaction, so nothing has to be reset before the next one
            settings.NoResetOnClose = true;
        }

        settings.ApplicationName ??= "clerksync";
        var builder = new NpgsqlSlimDataSourceBuilder(settings.ToString());
        builder.EnableArrays();
        builder.EnableTransportSecurity();
        return builder.Build();
    }
}
