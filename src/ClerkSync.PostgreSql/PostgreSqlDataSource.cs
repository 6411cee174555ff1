using Npgsql;

namespace ClerkSync.PostgreSql;

/// <summary>Makes the data source that ClerkSync uses when the application brings none.</summary>
internal static class PostgreSqlDataSource
{
    /// <summary>The engine has fewer statements than this, so each is planned once a connection. Not through a pooler, which would lose them.</summary>
    private const int PreparedStatements = 100;

    /// <summary>Of Npgsql, in bytes.</summary>
    private const int DefaultBuffer = 8192;

    /// <summary>A batch of deliveries is hundreds of kilobytes, and each full buffer is a call of the system and a wait.</summary>
    private const int BatchBuffer = 65_536;

    /// <summary>From a URL or a connection string of Npgsql.</summary>
    /// <exception cref="FormatException">The address cannot be read; the message holds no password.</exception>
    public static NpgsqlDataSource Create(string text) => Create(PostgreSqlUrl.Parse(text));

    public static NpgsqlDataSource Create(PostgreSqlAddress address)
    {
        var settings = new NpgsqlConnectionStringBuilder(address.ConnectionString);
        if (!address.ThroughPooler && !settings.NoResetOnClose && settings.MaxAutoPrepare == 0)
            settings.MaxAutoPrepare = PreparedStatements;
        settings.ApplicationName ??= "clerksync";
        if (settings.WriteBufferSize == DefaultBuffer)
            settings.WriteBufferSize = BatchBuffer;
        var builder = new NpgsqlSlimDataSourceBuilder(settings.ToString());
        builder.EnableArrays();
        builder.EnableTransportSecurity();
        return builder.Build();
    }
}
