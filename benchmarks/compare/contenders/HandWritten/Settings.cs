using Npgsql;

namespace HandWritten;

/// <summary>The settings, all from the environment.</summary>
internal static class Settings
{
    public static string Required(this IConfiguration configuration, string name) =>
        configuration[name] is { Length: > 0 } value ? value : throw new InvalidOperationException($"{name} is not set.");

    /// <summary>Npgsql takes no URLs.</summary>
    public static NpgsqlConnectionStringBuilder Database(this IConfiguration configuration)
    {
        var url = new Uri(configuration.Required("DATABASE_URL"));
        var user = url.UserInfo.Split(':', 2);
        return new()
        {
            Host = url.Host,
            Port = url.IsDefaultPort ? NpgsqlConnection.DefaultPort : url.Port,
            Database = url.AbsolutePath.TrimStart('/'),
            Username = Uri.UnescapeDataString(user[0]),
            Password = user is [_, var password] ? Uri.UnescapeDataString(password) : null,
        };
    }
}
