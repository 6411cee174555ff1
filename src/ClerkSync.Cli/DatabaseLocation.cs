using ClerkSync.PostgreSql;

namespace ClerkSync.Cli;

/// <summary>Which database the user means: <c>sqlite:file.db</c>, a <c>postgresql://</c> URL, or a connection string of Npgsql.</summary>
internal abstract record DatabaseLocation
{
    /// <summary>Used when nothing is configured.</summary>
    public const string Default = "sqlite:clerksync.db";

    private DatabaseLocation()
    {
    }

    /// <summary>For people: never holds a password.</summary>
    public abstract string Redacted { get; }

    public sealed override string ToString() => Redacted;

    /// <summary>Reads an address; a relative file counts from the working directory.</summary>
    /// <exception cref="CliException">It names no database that is supported.</exception>
    public static DatabaseLocation Parse(string text, string workingDirectory)
    {
        text = text.Trim();
        var scheme = text.Split(':', 2)[0].ToUpperInvariant();
        return scheme switch
        {
            "SQLITE" or "SQLITE3" when text.Contains(':', StringComparison.Ordinal) => ParseSqlite(text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..], workingDirectory),
            "POSTGRES" or "POSTGRESQL" => ParsePostgreSql(text),
            "FILE" => throw CliErrors.PrismaFileUrl(),
            "MYSQL" or "MARIADB" => throw CliErrors.DatabaseNotSupportedYet("MySQL and MariaDB"),
            "SQLSERVER" or "MSSQL" or "MONGODB" or "MONGODB+SRV" or "COCKROACHDB" or "PRISMA" or "PRISMA+POSTGRES" or "LIBSQL" =>
                throw CliErrors.DatabaseNotSupported(scheme.ToLowerInvariant()),
            _ when text.Contains('=', StringComparison.Ordinal) && !text.Contains("://", StringComparison.Ordinal) => ParsePostgreSql(text),
            _ => throw CliErrors.DatabaseNotUnderstood(LooksLikeFile(text) ? text : null),
        };
    }

    private static Sqlite ParseSqlite(string rest, string workingDirectory)
    {
        if (rest.Contains(":memory:", StringComparison.OrdinalIgnoreCase) || rest.Contains("mode=memory", StringComparison.OrdinalIgnoreCase))
            throw CliErrors.SqliteInMemory();
        if (rest.StartsWith("//", StringComparison.Ordinal))
            rest = rest[2..];
        if (rest.Length == 0)
            throw CliErrors.SqliteWithoutFile();
        if (rest.Contains('?', StringComparison.Ordinal))
            throw CliErrors.SqliteWithParameters();
        if (rest.StartsWith("~/", StringComparison.Ordinal))
            rest = Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), rest[2..]);
        return new Sqlite(Path.GetFullPath(rest, workingDirectory));
    }

    private static PostgreSql ParsePostgreSql(string text)
    {
        try
        {
            return new PostgreSql(PostgreSqlUrl.Parse(text));
        }
        catch (FormatException exception)
        {
            throw CliErrors.PostgreSqlAddress(exception.Message);
        }
    }

    private static bool LooksLikeFile(string text) =>
        text.Length is > 0 and < 200 && !text.AsSpan().ContainsAny("@:=;?") && (text.EndsWith(".db", StringComparison.OrdinalIgnoreCase) || text.EndsWith(".sqlite", StringComparison.OrdinalIgnoreCase));

    /// <summary>A SQLite file.</summary>
    /// <param name="File">The full path.</param>
    public sealed record Sqlite(string File) : DatabaseLocation
    {
        public override string Redacted => "sqlite:" + File;
    }

    /// <summary>A PostgreSQL database.</summary>
    /// <param name="Address">Where it is, and with which settings.</param>
    public sealed record PostgreSql(PostgreSqlAddress Address) : DatabaseLocation
    {
        public override string Redacted => Address.Redacted;
    }
}
