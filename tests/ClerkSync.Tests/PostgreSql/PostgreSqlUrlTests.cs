using ClerkSync.PostgreSql;
using CsCheck;
using Npgsql;

namespace ClerkSync.Tests.PostgreSql;

public sealed class PostgreSqlUrlTests
{
    [Theory]
    [InlineData("postgres://h/db", "Host=h;Database=db")]
    [InlineData("postgresql://h/db", "Host=h;Database=db")]
    [InlineData("POSTGRESQL://h/db", "Host=h;Database=db")]
    [InlineData("postgres://u@h:6000/db", "Host=h;Port=6000;Username=u;Database=db")]
    [InlineData("postgres://u:p@h/db", "Host=h;Username=u;Password=p;Database=db")]
    [InlineData("postgres://u:p%40ss%2F%3A%25@h/db", "Host=h;Username=u;Password=p@ss/:%;Database=db")]
    [InlineData("postgres://u:p@ss@h/db", "Host=h;Username=u;Password=p@ss;Database=db")]
    [InlineData("postgres://u:a:b@h/db", "Host=h;Username=u;Password=a:b;Database=db")]
    [InlineData("postgres://u:a#b@h/db", "Host=h;Username=u;Password=a#b;Database=db")]
    [InlineData("postgres://u:a+b@h/db", "Host=h;Username=u;Password=a+b;Database=db")]
    [InlineData("postgres://us%C3%A9r:@h/d%20b", "Host=h;Username=usér;Database=d b")]
    [InlineData("postgres://h", "Host=h")]
    [InlineData("postgres://h/", "Host=h")]
    [InlineData("postgres:///db", "Host=localhost;Database=db")]
    [InlineData("postgres://u:p@/db?host=%2Fvar%2Frun%2Fpostgresql", "Host=/var/run/postgresql;Username=u;Password=p;Database=db")]
    [InlineData("postgres://%2Fvar%2Frun%2Fpostgresql/db", "Host=/var/run/postgresql;Database=db")]
    [InlineData("postgres://[::1]/db", "Host=::1;Database=db")]
    [InlineData("postgres://u:p@[2001:db8::5]:6000/db", "Host=2001:db8::5;Port=6000;Username=u;Password=p;Database=db")]
    [InlineData("postgres://a,b/db", "Host=a,b;Database=db")]
    [InlineData("postgres://a:1,b:2,[::1]:3,[::2]/db", "Host=a:1,b:2,[::1]:3,::2;Database=db")]
    [InlineData("postgres://h/db?sslmode=disable", "Host=h;Database=db;SSL Mode=Disable")]
    [InlineData("postgres://h/db?sslmode=allow", "Host=h;Database=db;SSL Mode=Allow")]
    [InlineData("postgres://h/db?sslmode=prefer", "Host=h;Database=db;SSL Mode=Prefer")]
    [InlineData("postgres://h/db?sslmode=require", "Host=h;Database=db;SSL Mode=Require")]
    [InlineData("postgres://h/db?sslmode=no-verify", "Host=h;Database=db;SSL Mode=Require")]
    [InlineData("postgres://h/db?sslmode=verify-ca&sslrootcert=%2Fetc%2Fca.pem", "Host=h;Database=db;SSL Mode=VerifyCA;Root Certificate=/etc/ca.pem")]
    [InlineData("postgres://h/db?sslmode=verify-full", "Host=h;Database=db;SSL Mode=VerifyFull")]
    [InlineData("postgres://h/db?sslrootcert=system", "Host=h;Database=db;SSL Mode=VerifyFull")]
    [InlineData("postgres://h/db?sslcert=a&sslkey=b&sslpassword=c", "Host=h;Database=db;SSL Certificate=a;SSL Key=b;SSL Password=c")]
    [InlineData("postgres://h/db?ssl=true", "Host=h;Database=db;SSL Mode=Require")]
    [InlineData("postgres://h/db?sslnegotiation=direct&sslmode=require", "Host=h;Database=db;SSL Mode=Require;SSL Negotiation=Direct")]
    [InlineData("postgres://h/db?channel_binding=require", "Host=h;Database=db;Channel Binding=Require")]
    [InlineData("postgres://h/db?schema=public", "Host=h;Database=db;Search Path=public")]
    [InlineData("postgres://h/db?search_path=a,b", "Host=h;Database=db;Search Path=\"a,b\"")]
    [InlineData("postgres://h/db?connect_timeout=10&application_name=my%20app", "Host=h;Database=db;Timeout=10;Application Name=\"my app\"")]
    [InlineData("postgres://h/db?fallback_application_name=x", "Host=h;Database=db;Application Name=x")]
    [InlineData("postgres://h/db?options=endpoint%3Dep-x", "Host=h;Database=db;Options=endpoint=ep-x")]
    [InlineData("postgres://a,b/db?target_session_attrs=read-write&load_balance_hosts=random", "Host=a,b;Database=db;Target Session Attributes=read-write;Load Balance Hosts=true")]
    [InlineData("postgres://h/db?connection_limit=20&pool_timeout=5", "Host=h;Database=db;Maximum Pool Size=20")]
    [InlineData("postgres://h/db?connection_limit=1", "Host=h;Database=db;Maximum Pool Size=4")]
    [InlineData("postgres://h/db?keepalives_idle=30&client_encoding=utf8&supa=base-pooler.x", "Host=h;Database=db;Keepalive=30")]
    [InlineData("postgres://?host=h&port=6000&user=u&password=p%26q&dbname=db", "Host=h;Port=6000;Username=u;Password=p&q;Database=db")]
    [InlineData("postgres://h/db?", "Host=h;Database=db")]
    [InlineData(" postgres://h/db\n", "Host=h;Database=db")]
    [InlineData("Host=h;Port=6000;Database=db;Username=u;Password=\"a;b\"", "Host=h;Port=6000;Database=db;Username=u;Password=\"a;b\"")]
    [InlineData("Server=h;User Id=u;Database=db", "Host=h;Username=u;Database=db")]
    public void An_address_becomes_what_npgsql_takes(string text, string expected)
    {
        var address = PostgreSqlUrl.Parse(text);

        Assert.Equivalent(new NpgsqlConnectionStringBuilder(expected), new NpgsqlConnectionStringBuilder(address.ConnectionString), strict: true);
        Assert.False(address.ThroughPooler);
    }

    [Theory]
    [InlineData("postgres://h/db?pgbouncer=true&connection_limit=20", true)]
    [InlineData("postgres://ep-x-pooler.eu.aws.neon.tech/db?sslmode=require", true)]
    [InlineData("postgres://aws-0-eu.pooler.supabase.com:6543/postgres", true)]
    [InlineData("postgres://h:6432/db", true)]
    [InlineData("postgres://h:6543/db?schema=public", true)]
    [InlineData("postgres://a:5432,b:6432/db", true)]
    [InlineData("Host=h;Port=6432;Database=db;Search Path=x", true)]
    [InlineData("postgres://h:6432/db?pgbouncer=false", false)]
    [InlineData("postgres://ep-x.eu.aws.neon.tech/db", false)]
    [InlineData("Host=h;Database=db", false)]
    public void Behind_a_pooler_nothing_is_kept_on_a_connection(string text, bool pooled)
    {
        var address = PostgreSqlUrl.Parse(text);
        var settings = new NpgsqlConnectionStringBuilder(address.ConnectionString);

        Assert.Equal(pooled, address.ThroughPooler);
        Assert.Equal(pooled, settings.NoResetOnClose);
        Assert.Equal(0, settings.MaxAutoPrepare);
        if (pooled)
            Assert.True(string.IsNullOrEmpty(settings.SearchPath));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("postgres://u:s3/cret@h/db", "'/' as %2F")]
    [InlineData("postgres://u:s3?cret@h/db", "'?' as %3F")]
    [InlineData("postgres://u:s3%ret@h/db", "The password of the PostgreSQL URL has a '%'")]
    [InlineData("postgres://u:s3%ffcret@h/db", "The password of the PostgreSQL URL decodes to bytes that are not UTF-8")]
    [InlineData("postgres://u:s3cret@h:0/db", "a port that is not a number from 1 to 65535, at the host 'h'")]
    [InlineData("postgres://u:s3cret@h:70000/db", "a port that is not a number")]
    [InlineData("postgres://u:s3cret@2001:db8::5/db", "stands in brackets")]
    [InlineData("postgres://u:s3cret@[::1/db", "stands in brackets")]
    [InlineData("postgres://u:s3cret@h/db?sslmod=require", "the parameter 'sslmod', which is not known. Known are: application_name, channel_binding")]
    [InlineData("postgres://u:s3cret@h/db?sslmode=on", "sslmode=on. Write one of: disable, allow, prefer, require")]
    [InlineData("postgres://u:s3cret@h/db?sslmode=", "'sslmode' without a value")]
    [InlineData("postgres://u:s3cret@h/db?connect_timeout=soon", "connect_timeout=soon. Write a whole number from 0 to 1024")]
    [InlineData("postgres://u:s3cret@h/db?pgbouncer=maybe", "pgbouncer=maybe. Write one of: true, false")]
    [InlineData("Database=db;Password=s3cret", "names no host")]
    [InlineData("Host=h;Password=a;s3cret=1", "neither a URL nor a connection string")]
    [InlineData("Host=h;Port=s3cret", "neither a URL nor a connection string")]
    [InlineData("s3cret", "neither a URL nor a connection string")]
    public void A_mistake_is_named_without_the_password(string text, string sentence)
    {
        var exception = Assert.Throws<FormatException>(() => PostgreSqlUrl.Parse(text));

        Assert.Contains(sentence, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("cret", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Any_user_password_and_database_survive_being_written_percent_encoded()
    {
        var text = Gen.OneOf(Gen.Char[' ', '~'], Gen.OneOf('é', '日', '"', '\'', ';', '=')).Array[1, 20].Select(letters => new string(letters));
        Gen.Select(text, text, text).Sample((user, password, database) =>
        {
            var url = $"postgresql://{Uri.EscapeDataString(user)}:{Uri.EscapeDataString(password)}@db.example.com:5433/{Uri.EscapeDataString(database)}?sslmode=require";
            var address = PostgreSqlUrl.Parse(url);
            var settings = new NpgsqlConnectionStringBuilder(address.ConnectionString);

            Assert.Equal([user, password, database, "db.example.com"], [settings.Username, settings.Password, settings.Database, settings.Host]);
            Assert.Equal(5433, settings.Port);
            Assert.Equal($"postgresql://{user}@db.example.com:5433/{database}", address.ToString());
        });
    }

    [Fact]
    public void Any_text_is_either_read_or_refused_with_a_sentence()
    {
        Gen.Select(Gen.OneOf("postgres://", "Host=h;", ""), Gen.OneOf(Gen.OneOf(':', '@', '/', '?', '&', '=', '%', '[', ']', ',', ';', '"', 'a', '1'), Gen.Char).Array[0, 30]).Sample((start, letters) =>
        {
            try
            {
                return PostgreSqlUrl.Parse(start + new string(letters)).ConnectionString.Length > 0;
            }
            catch (FormatException exception)
            {
                return exception.Message.Length > 0;
            }
        });
    }
}
