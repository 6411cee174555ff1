using System.Data.Common;
using ClerkSync.Projections;
using ClerkSync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ClerkSync.EntityFrameworkCore;

/// <summary>What failures mean that come out of the application's context, which may lead to a database that ClerkSync does not know.</summary>
internal sealed class EntityFaults(ClerkSyncDatabase database)
{
    public StorageFault Of(Exception exception) => exception switch
    {
        ProjectionException => StorageFault.SchemaOutdated,
        ProjectedValueException or DbUpdateConcurrencyException => StorageFault.Data,
        DbUpdateException or RetryLimitExceededException when exception.InnerException is { } inner => OfCause(inner, StorageFault.Data),
        DbUpdateException => StorageFault.Data,
        _ => OfCause(exception, StorageFault.Unavailable),
    };

    /// <summary>In words that hold no data: what drivers say themselves can quote a value.</summary>
    public string Describe(Exception exception) => exception switch
    {
        ProjectionException or ProjectedValueException => exception.Message,
        DbUpdateConcurrencyException => $"Somebody else changed the row{Of(exception as DbUpdateException)} each time before it could be saved",
        DbUpdateException { InnerException: { } inner } update => $"{DescribeCause(inner)}{Of(update)}",
        RetryLimitExceededException { InnerException: { } inner } => Describe(inner),
        _ => DescribeCause(exception),
    };

    /// <summary>The provider of ClerkSync's database knows its own failures, wherever they come from; of others the standard codes are known.</summary>
    private StorageFault OfCause(Exception cause, StorageFault otherwise)
    {
        if (cause is DbUpdateException)
            return Of(cause);
        var fault = database.FaultOf(cause);
        if (fault != StorageFault.Unknown || cause is not DbException failure)
            return fault;
        if (failure.IsTransient)
            return StorageFault.Transient;
        return failure.SqlState is not { Length: 5 } state ? otherwise : state.AsSpan(0, 2) switch
        {
            "22" or "23" => StorageFault.Data,
            "42" => StorageFault.SchemaOutdated,
            "08" or "28" or "53" or "57" or "58" => StorageFault.Unavailable,
            "40" => StorageFault.Transient,
            _ => otherwise,
        };
    }

    private string DescribeCause(Exception cause)
    {
        if (cause is not DbException failure || database.FaultOf(cause) != StorageFault.Unknown)
            return database.Describe(cause);
        var code = failure.SqlState is { Length: > 0 } state ? $" {state}" : "";
        return $"{failure.GetType().Name}{code}{Named(failure, "on table", "TableName")}{Named(failure, "in column", "ColumnName")}{Named(failure, "by constraint", "ConstraintName")}{Constraint(failure)}";
    }

    /// <summary>Npgsql names in <see cref="Exception.Data"/> what it is about.</summary>
    private static string Named(DbException failure, string word, string key) => failure.Data[key] is string { Length: > 0 } name ? $" {word} {name}" : "";

    /// <summary>SQLite's messages about constraints end in names of tables, columns and constraints.</summary>
    private static string Constraint(DbException failure)
    {
        const string Mark = " constraint failed: ";
        var at = failure.Message.IndexOf(Mark, StringComparison.Ordinal);
        return at < 0 || failure.GetType().Name != "SqliteException" ? "" : $": {failure.Message[..at].Split('\'')[^1]} constraint of {failure.Message[(at + Mark.Length)..].TrimEnd('.', '\'')}";
    }

    private static string Of(DbUpdateException? exception) =>
        exception?.Entries.Select(e => e.Metadata.DisplayName()).Distinct(StringComparer.Ordinal).ToArray() is [var only] ? $" (saving {only})" : "";
}
