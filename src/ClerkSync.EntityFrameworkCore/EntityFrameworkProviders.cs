namespace ClerkSync.EntityFrameworkCore;

/// <summary>Names by which EF Core's providers call themselves.</summary>
internal static class EntityFrameworkProviders
{
    public const string PostgreSql = "Npgsql.EntityFrameworkCore.PostgreSQL";

    public const string Sqlite = "Microsoft.EntityFrameworkCore.Sqlite";
}
