using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Npgsql;

namespace ClerkSync.PostgreSql;

/// <summary>
/// Turns the <c>postgresql://</c> URLs that providers hand out into Npgsql connection strings (Npgsql takes no URLs). Plain connection strings pass through.
/// </summary>
internal static class PostgreSqlUrl
{
    /// <summary>The port on which poolers in transaction mode listen: PgBouncer's default and Supabase's.</summary>
    private static readonly int[] s_poolerPorts = [6432, 6543];

    public static bool IsUrl(string text) =>
        text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads a URL or a connection string of Npgsql.</summary>
    /// <exception cref="FormatException">It cannot be read. The message says what is wrong and what to write instead; it never holds the password.</exception>
    public static PostgreSqlAddress Parse(string text)
    {
        text = text.Trim();
        if (text.Length == 0)
            throw new FormatException("The PostgreSQL address is empty. Write postgresql://user:password@host:5432/database.");

        var builder = new NpgsqlConnectionStringBuilder();
        var pooled = IsUrl(text) ? ReadUrl(text, builder) : ReadKeywords(text, builder);
        if (string.IsNullOrEmpty(builder.Host))
            throw new FormatException("The PostgreSQL address names no host. Write postgresql://user:password@host:5432/database, or Host=…;Database=….");

        var throughPooler = pooled ?? IsPooler(builder);
        if (throughPooler)
        {
            // A pooler hands each transaction to another connection: nothing prepared, set or reset on one is there on the next.
            builder.MaxAutoPrepare = 0;
            builder.NoResetOnClose = true;
            builder.SearchPath = null;
        }

        return new PostgreSqlAddress(builder, throughPooler);
    }

    private static bool? ReadKeywords(string text, NpgsqlConnectionStringBuilder builder) => TryReadKeywords(text, builder)
        ? null
        : throw new FormatException(
            "The PostgreSQL address is neither a URL nor a connection string that Npgsql understands. Write postgresql://user:password@host:5432/database, "
            + "or Host=…;Database=…;Username=…;Password=… with quotes around a value that holds a semicolon.");

    /// <summary>Npgsql's own message may quote a piece of a password with a semicolon in it, so it does not travel on, not even as the cause.</summary>
    private static bool TryReadKeywords(string text, NpgsqlConnectionStringBuilder builder)
    {
        try
        {
            builder.ConnectionString = text;
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidOperationException or OverflowException or KeyNotFoundException)
        {
            return false;
        }
    }

    private static bool? ReadUrl(string text, NpgsqlConnectionStringBuilder builder)
    {
        var rest = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var queryStart = rest.IndexOf('?', StringComparison.Ordinal);
        var query = queryStart < 0 ? "" : rest[(queryStart + 1)..];
        if (queryStart >= 0)
            rest = rest[..queryStart];

        var pathStart = rest.IndexOf('/', StringComparison.Ordinal);
        var authority = pathStart < 0 ? rest : rest[..pathStart];
        var database = pathStart < 0 ? "" : rest[(pathStart + 1)..];
        if (database.Contains('@', StringComparison.Ordinal) || (query.Contains('@', StringComparison.Ordinal) && !authority.Contains('@', StringComparison.Ordinal)))
        {
            throw new FormatException(
                "The PostgreSQL URL has an '@' behind the host part: a '/' or '?' in the password ends it too early. Write the password percent-encoded: '/' as %2F, '?' as %3F, '@' as %40.");
        }

        var hosts = authority;
        var at = authority.LastIndexOf('@');
        if (at >= 0)
        {
            hosts = authority[(at + 1)..];
            ReadUser(authority[..at], builder);
        }

        ReadHosts(hosts, builder);
        if (database.Length > 0)
            builder.Database = Decode(database, "database name");
        return PostgreSqlUrlParameters.Apply(query, builder);
    }

    private static void ReadUser(string userInfo, NpgsqlConnectionStringBuilder builder)
    {
        var colon = userInfo.IndexOf(':', StringComparison.Ordinal);
        var user = colon < 0 ? userInfo : userInfo[..colon];
        if (user.Length > 0)
            builder.Username = Decode(user, "user name");
        if (colon >= 0)
            builder.Password = Decode(userInfo[(colon + 1)..], "password");
    }

    private static void ReadHosts(string hosts, NpgsqlConnectionStringBuilder builder)
    {
        var parts = hosts.Split(',');
        if (parts is [var only])
        {
            var (host, port) = ReadHost(only);
            builder.Host = host;
            if (port is not null)
                builder.Port = port.Value;
            return;
        }

        builder.Host = string.Join(',', parts.Select(part => ReadHost(part) switch
        {
            (var host, null) => host,
            (var host, { } port) => string.Create(CultureInfo.InvariantCulture, $"{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}"),
        }));
    }

    private static (string Host, int? Port) ReadHost(string text)
    {
        string host;
        string port;
        if (text.StartsWith('['))
        {
            var end = text.IndexOf(']', StringComparison.Ordinal);
            if (end < 0 || (end + 1 < text.Length && text[end + 1] != ':'))
                throw new FormatException($"The PostgreSQL URL has the host '{text}': an IPv6 address stands in brackets, as in [::1]:5432.");
            (host, port) = (text[1..end], end + 1 < text.Length ? text[(end + 2)..] : "");
        }
        else
        {
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon != text.LastIndexOf(':'))
                throw new FormatException($"The PostgreSQL URL has the host '{text}' with more than one ':'. An IPv6 address stands in brackets, as in [::1]:5432; a ':' in the password is written %3A and an '@' %40.");
            (host, port) = colon < 0 ? (Decode(text, "host"), "") : (Decode(text[..colon], "host"), text[(colon + 1)..]);
        }

        if (host.Length == 0)
            host = "localhost";
        if (port.Length == 0)
            return (host, null);
        return int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 65535
            ? (host, number)
            : throw new FormatException($"The PostgreSQL URL has a port that is not a number from 1 to 65535, at the host '{host}'. If that is a piece of the password, write it percent-encoded: '@' as %40, '/' as %2F.");
    }

    private static bool IsPooler(NpgsqlConnectionStringBuilder builder)
    {
        var host = builder.Host ?? "";
        return s_poolerPorts.Contains(builder.Port)
            || host.Contains("-pooler.", StringComparison.OrdinalIgnoreCase)
            || host.Contains(".pooler.", StringComparison.OrdinalIgnoreCase)
            || s_poolerPorts.Any(port => host.Split(',').Any(one => one.EndsWith(string.Create(CultureInfo.InvariantCulture, $":{port}"), StringComparison.Ordinal)));
    }

    /// <summary>Undoes percent-encoding, strictly: a password that was encoded wrongly would only fail later, as a wrong one.</summary>
    internal static string Decode(string text, string what)
    {
        var bytes = new List<byte>(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] != '%')
            {
                var length = at + 1 < text.Length && char.IsSurrogatePair(text, at) ? 2 : 1;
                bytes.AddRange(Encoding.UTF8.GetBytes(text.Substring(at, length)));
                at += length - 1;
            }
            else if (at + 2 < text.Length && char.IsAsciiHexDigit(text[at + 1]) && char.IsAsciiHexDigit(text[at + 2]))
            {
                bytes.Add(byte.Parse(text.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                at += 2;
            }
            else
                throw new FormatException($"The {what} of the PostgreSQL URL has a '%' that is not the start of an escape. Write a '%' itself as %25.");
        }

        byte[] decoded = [.. bytes];
        return Utf8.IsValid(decoded) && !decoded.Contains((byte)0)
            ? Encoding.UTF8.GetString(decoded)
            : throw new FormatException($"The {what} of the PostgreSQL URL decodes to bytes that are not UTF-8 text. Encode it as UTF-8 first, then each byte as %XX.");
    }
}

/// <summary>A PostgreSQL database to connect to.</summary>
internal sealed class PostgreSqlAddress(NpgsqlConnectionStringBuilder builder, bool throughPooler)
{
    /// <summary>For Npgsql. Holds the password: never for display.</summary>
    public string ConnectionString { get; } = builder.ConnectionString;

    /// <summary>Whether a pooler in transaction mode stands in between: no prepared statements, no <c>LISTEN</c>, no session state.</summary>
    public bool ThroughPooler { get; } = throughPooler;

    /// <summary>User, hosts and database for people; no password, no parameters.</summary>
    public string Redacted { get; } = MakeRedacted(builder);

    public override string ToString() => Redacted;

    private static string MakeRedacted(NpgsqlConnectionStringBuilder builder)
    {
        var user = string.IsNullOrEmpty(builder.Username) ? "" : builder.Username + "@";
        var host = builder.Host ?? "";
        if (!host.Contains(',', StringComparison.Ordinal))
            host = string.Create(CultureInfo.InvariantCulture, $"{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{builder.Port}");
        return $"postgresql://{user}{host}/{builder.Database}";
    }
}
