using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using ClerkSync.Projections;
using ClerkSync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ClerkSync.EntityFrameworkCore;

/// <summary>What failures mean that come out of the application's context, which may lead to a database that ClerkSync does not know.</summary>
internal sealed partial class EntityFaults(ClerkSyncDatabase database)
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
        if (SqliteCode(failure) is { } code)
            return OfSqlite(code, failure);
        return failure.SqlState is not { Length: 5 } state ? otherwise : state.AsSpan(0, 2) switch
        {
            "22" or "23" => StorageFault.Data,
            "42" => StorageFault.SchemaOutdated,
            "08" or "28" or "53" or "57" or "58" => StorageFault.Unavailable,
            "40" => StorageFault.Transient,
            _ => otherwise,
        };
    }

    /// <summary>Busy or locked, constraint, too big, mismatch; anything else concerns the file.</summary>
    private static StorageFault OfSqlite(int code, DbException failure) => code switch
    {
        5 or 6 => StorageFault.LockTimeout,
        18 or 19 or 20 => StorageFault.Data,
        1 when failure.Message.Contains("no such ", StringComparison.Ordinal) => StorageFault.SchemaOutdated,
        _ => StorageFault.Unavailable,
    };

    private string DescribeCause(Exception cause)
    {
        if (cause is not DbException failure || database.FaultOf(cause) != StorageFault.Unknown)
            return database.Describe(cause);
        if (SqliteCode(failure) is { } number)
            return string.Create(CultureInfo.InvariantCulture, $"SQLite error {number}{Constraint(failure)}");
        var code = failure.SqlState is { Length: > 0 } state ? $" {state}" : "";
        return $"{failure.GetType().Name}{code}{Named(failure, "on table", "TableName")}{Named(failure, "in column", "ColumnName")}{Named(failure, "by constraint", "ConstraintName")}";
    }

    /// <summary>The number is in no member that all providers have, but each message begins with it.</summary>
    private static int? SqliteCode(DbException failure) =>
        failure.GetType().Name == "SqliteException" && SqliteNumber().Match(failure.Message) is { Success: true } match
            ? int.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture)
            : null;

    /// <summary>Npgsql names in <see cref="Exception.Data"/> what it is about.</summary>
    private static string Named(DbException failure, string word, string key) => failure.Data[key] is string { Length: > 0 } name ? $" {word} {name}" : "";

    /// <summary>SQLite's messages about constraints end in names of tables, columns and constraints.</summary>
    private static string Constraint(DbException failure)
    {
        const string Mark = " constraint failed: ";
        var at = failure.Message.IndexOf(Mark, StringComparison.Ordinal);
        return at < 0 ? "" : $": {failure.Message[..at].Split('\'')[^1]} constraint of {failure.Message[(at + Mark.Length)..].TrimEnd('.', '\'')}";
    }

    private static string Of(DbUpdateException? exception) =>
        exception?.Entries.Select(e => e.Metadata.DisplayName()).Distinct(StringComparer.Ordinal).ToArray() is [var only] ? $" (saving {only})" : "";

    [GeneratedRegex("^SQLite Error (?<number>[0-9]{1,4}):", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SqliteNumber();
}
