using ClerkSync.Cli;

namespace ClerkSync.Tests.Cli;

public sealed class DatabaseLocationTests
{
    private static readonly string s_folder = Path.GetFullPath(Path.Join(Path.GetTempPath(), "folder"));

    [Theory]
    [InlineData("sqlite:clerksync.db", "clerksync.db")]
    [InlineData("sqlite:data/clerk.db", "data/clerk.db")]
    [InlineData("sqlite://clerksync.db", "clerksync.db")]
    [InlineData("SQLite:./x.db", "x.db")]
    [InlineData(" sqlite:with space.db ", "with space.db")]
    public void A_sqlite_file_counts_from_the_working_directory(string text, string file)
    {
        var location = Assert.IsType<DatabaseLocation.Sqlite>(DatabaseLocation.Parse(text, s_folder));

        Assert.Equal(Path.GetFullPath(file, s_folder), location.File);
        Assert.Equal("sqlite:" + location.File, location.Redacted);
    }

    [Theory]
    [InlineData("sqlite:/var/lib/c.db")]
    [InlineData("sqlite:///var/lib/c.db")]
    public void A_full_path_stays(string text)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "paths of Unix");
        Assert.Equal("/var/lib/c.db", Assert.IsType<DatabaseLocation.Sqlite>(DatabaseLocation.Parse(text, s_folder)).File);
    }

    [Theory]
    [InlineData("postgres://u:s3cret@h/db")]
    [InlineData("postgresql://u:s3cret@h/db")]
    [InlineData("Host=h;Username=u;Password=s3cret;Database=db")]
    public void A_postgresql_address_shows_no_password(string text)
    {
        var location = Assert.IsType<DatabaseLocation.PostgreSql>(DatabaseLocation.Parse(text, s_folder));

        Assert.Equal("postgresql://u@h:5432/db", location.ToString());
        Assert.Contains("s3cret", location.Address.ConnectionString, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sqlite::memory:", "in memory is gone")]
    [InlineData("sqlite:x.db?mode=memory", "in memory is gone")]
    [InlineData("sqlite:x.db?cache=shared", "takes no parameters")]
    [InlineData("sqlite:", "names no file")]
    [InlineData("file:./dev.db", "Prisma's address")]
    [InlineData("mysql://u:s3cret@h/db", "MySQL and MariaDB are not supported yet")]
    [InlineData("mariadb://u:s3cret@h/db", "MySQL and MariaDB are not supported yet")]
    [InlineData("sqlserver://h;password=s3cret", "'sqlserver:' databases are not supported")]
    [InlineData("prisma+postgres://accelerate/?api_key=s3cret", "'prisma+postgres:' databases are not supported")]
    [InlineData("clerksync.db", "'clerksync.db' names no kind of database")]
    [InlineData("s3cret", "names no kind of database")]
    [InlineData("oracle://u:s3cret@h", "names no kind of database")]
    [InlineData("", "names no kind of database")]
    [InlineData("postgres://u:s3cret@h:port/db", "a port that is not a number")]
    [InlineData("Host=h;Password=s3cret;x;Foo=s3cret", "neither a URL nor a connection string")]
    public void Anything_else_is_refused_with_the_reason_and_no_secret(string text, string sentence)
    {
        var exception = Assert.Throws<CliException>(() => DatabaseLocation.Parse(text, s_folder));

        Assert.Equal(ExitCodes.WrongUsage, exception.ExitCode);
        Assert.Contains(sentence, exception.Message, StringComparison.Ordinal);
        Assert.NotEmpty(exception.Next);
        Assert.DoesNotContain("s3cret", exception.ToString() + exception.Next, StringComparison.Ordinal);
    }
}
