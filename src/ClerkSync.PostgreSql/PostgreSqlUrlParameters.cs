using System.Globalization;
using Npgsql;

namespace ClerkSync.PostgreSql;

/// <summary>The parameters behind the <c>?</c> of a <c>postgresql://</c> URL: libpq's, and the ones that Prisma, Neon, Supabase and node-postgres add.</summary>
internal static class PostgreSqlUrlParameters
{
    /// <summary>Under this many connections the receiver, its workers and the health check wait for each other; serverless URLs say <c>connection_limit=1</c>.</summary>
    private const int LeastPoolSize = 4;

    private static readonly Dictionary<string, Action<NpgsqlConnectionStringBuilder, string>> s_known = new(StringComparer.Ordinal)
    {
        ["application_name"] = (builder, value) => builder.ApplicationName = value,
        ["channel_binding"] = (builder, value) => builder.ChannelBinding = OneOf("channel_binding", value,
            ("disable", ChannelBinding.Disable), ("prefer", ChannelBinding.Prefer), ("require", ChannelBinding.Require)),
        ["connect_timeout"] = (builder, value) => builder.Timeout = Number("connect_timeout", value, 0, 1024),
        ["connection_limit"] = (builder, value) => SetPoolSize(builder, "connection_limit", value),
        ["dbname"] = (builder, value) => builder.Database = value,
        ["fallback_application_name"] = (builder, value) => builder.ApplicationName ??= value,
        ["host"] = (builder, value) => builder.Host = value,
        ["keepalives_idle"] = (builder, value) => builder.KeepAlive = Number("keepalives_idle", value, 0, 86_400),
        ["load_balance_hosts"] = (builder, value) => builder.LoadBalanceHosts = OneOf("load_balance_hosts", value, ("disable", false), ("random", true)),
        ["max_pool_size"] = (builder, value) => SetPoolSize(builder, "max_pool_size", value),
        ["options"] = (builder, value) => builder.Options = value,
        ["password"] = (builder, value) => builder.Password = value,
        ["pool_size"] = (builder, value) => SetPoolSize(builder, "pool_size", value),
        ["port"] = (builder, value) => builder.Port = Number("port", value, 1, 65_535),
        ["schema"] = (builder, value) => builder.SearchPath = value,
        ["search_path"] = (builder, value) => builder.SearchPath = value,
        ["ssl"] = (builder, value) => builder.SslMode = OneOf("ssl", value, ("true", SslMode.Require), ("false", SslMode.Disable)),
        ["sslaccept"] = (builder, value) => builder.SslMode = OneOf("sslaccept", value, ("strict", SslMode.VerifyFull), ("accept_invalid_certs", SslMode.Require)),
        ["sslcert"] = (builder, value) => builder.SslCertificate = value,
        ["sslkey"] = (builder, value) => builder.SslKey = value,
        ["sslmode"] = (builder, value) => builder.SslMode = OneOf("sslmode", value,
            ("disable", SslMode.Disable), ("allow", SslMode.Allow), ("prefer", SslMode.Prefer), ("require", SslMode.Require), ("no-verify", SslMode.Require),
            ("verify-ca", SslMode.VerifyCA), ("verify-full", SslMode.VerifyFull)),
        ["sslnegotiation"] = (builder, value) => builder.SslNegotiation = OneOf("sslnegotiation", value, ("postgres", SslNegotiation.Postgres), ("direct", SslNegotiation.Direct)),
        ["sslpassword"] = (builder, value) => builder.SslPassword = value,
        ["sslrootcert"] = SetRootCertificate,
        ["target_session_attrs"] = (builder, value) => builder.TargetSessionAttributes = OneOf("target_session_attrs", value,
            ("any", "any"), ("primary", "primary"), ("standby", "standby"), ("prefer-primary", "prefer-primary"), ("prefer-standby", "prefer-standby"),
            ("read-write", "read-write"), ("read-only", "read-only")),
        ["timezone"] = (builder, value) => builder.Timezone = value,
        ["user"] = (builder, value) => builder.Username = value,
    };

    /// <summary>Meant for other clients, or without a counterpart here; harmless to leave out.</summary>
    private static readonly HashSet<string> s_ignored = new(StringComparer.Ordinal)
    {
        "client_encoding", "keepalives", "keepalives_count", "keepalives_interval", "pool_timeout", "single_use_connections", "socket_timeout", "statement_cache_size", "supa", "uselibpqcompat", "workaround",
    };

    /// <summary>Whether the URL itself says that a pooler stands in between; null when it does not say.</summary>
    public static bool? Apply(string query, NpgsqlConnectionStringBuilder builder)
    {
        bool? throughPooler = null;
        foreach (var part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = PostgreSqlUrl.Decode(equals < 0 ? part : part[..equals], "parameter name");
            var value = PostgreSqlUrl.Decode(equals < 0 ? "" : part[(equals + 1)..], $"parameter '{name}'");

            if (name is "pgbouncer")
                throughPooler = OneOf("pgbouncer", value, ("true", true), ("false", false));
            else if (s_known.TryGetValue(name, out var set))
                Set(name, value, set, builder);
            else if (!s_ignored.Contains(name))
            {
                throw new FormatException(
                    $"The PostgreSQL URL has the parameter '{name}', which is not known. Known are: {string.Join(", ", s_known.Keys.Concat(s_ignored).Append("pgbouncer").Order(StringComparer.Ordinal))}. Remove it or correct its name.");
            }
        }

        return throughPooler;
    }

    private static void Set(string name, string value, Action<NpgsqlConnectionStringBuilder, string> set, NpgsqlConnectionStringBuilder builder)
    {
        if (value.Length == 0)
            throw new FormatException($"The PostgreSQL URL has the parameter '{name}' without a value. Write {name}=value or remove it.");
        set(builder, value);
    }

    private static void SetPoolSize(NpgsqlConnectionStringBuilder builder, string name, string value) =>
        builder.MaxPoolSize = Math.Max(LeastPoolSize, Number(name, value, 1, 1024));

    private static void SetRootCertificate(NpgsqlConnectionStringBuilder builder, string value)
    {
        // libpq: "system" stands for the certificates of the operating system, which Npgsql takes anyway, and demands verify-full
        if (value is "system")
            builder.SslMode = SslMode.VerifyFull;
        else
            builder.RootCertificate = value;
    }

    private static int Number(string name, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"The PostgreSQL URL has {name}={value}. Write a whole number from {least} to {most}.");

    private static T OneOf<T>(string name, string value, params ReadOnlySpan<(string Text, T Value)> choices)
    {
        var names = new List<string>();
        foreach (var (text, result) in choices)
        {
            if (string.Equals(text, value, StringComparison.OrdinalIgnoreCase))
                return result;
            names.Add(text);
        }

        throw new FormatException($"The PostgreSQL URL has {name}={value}. Write one of: {string.Join(", ", names)}.");
    }
}
