namespace ClerkSync.Cli.Diagnosing;

/// <summary>What a file lies on.</summary>
/// <param name="Name">The kind of file system, as the operating system calls it.</param>
/// <param name="IsShared">Whether other machines, or the host of a virtual one, keep it.</param>
internal sealed record FileSystemKind(string Name, bool IsShared)
{
    /// <summary>Folders that a container or virtual machine borrows from its host: they lack the locks and the shared memory that a log needs.</summary>
    private static readonly string[] s_borrowed = ["9p", "virtiofs", "fuse.grpcfuse", "fakeowner", "vboxsf", "prl_fs", "fuse.sshfs", "fuse"];

    /// <summary>Null when the system does not say.</summary>
    public static FileSystemKind? Of(string file)
    {
        try
        {
            if (file.StartsWith(@"\\", StringComparison.Ordinal))
                return new("network share", IsShared: true);
            var folder = Path.GetDirectoryName(file)!;
            var drive = new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(folder)! : folder);
            var name = drive.DriveFormat;
            return new(name, drive.DriveType == DriveType.Network || s_borrowed.Contains(name, StringComparer.Ordinal));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}

/// <summary>Whether what the database calls committed survives a power cut.</summary>
internal sealed class DurabilityCheck(ExaminedDatabase database, Func<string, FileSystemKind?> fileSystem) : Check("durability")
{
    public override async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        if (await database.TryReachAsync(cancellationToken) is not { } facts)
            return NoDatabase();
        return facts.Opened.Location is DatabaseLocation.Sqlite(var file)
            ? await LookAtSqliteAsync(facts, file, cancellationToken)
            : await LookAtPostgreSqlAsync(facts, cancellationToken);
    }

    private async Task<Finding> LookAtSqliteAsync(DatabaseFacts facts, string file, CancellationToken cancellationToken)
    {
        var on = fileSystem(file);
        if (on is { IsShared: true })
        {
            return Fail(
                "shared_file_system",
                $"The SQLite file lies on a file system that is shared ({PlainText.Line(on.Name)}). SQLite's log needs locks and shared memory that such a one does not have: the file can be damaged.",
                "Put the file on a disk of this machine, or use PostgreSQL.");
        }

        var mode = (await ExaminedDatabase.AskAsync(facts.Opened, "PRAGMA journal_mode", cancellationToken))[0];
        return string.Equals(mode, "wal", StringComparison.OrdinalIgnoreCase)
            ? Pass("SQLite keeps a write-ahead log, and each commit is synced to the disk.", $"journal_mode=wal; ClerkSync sets synchronous=FULL on each connection that writes{(on is null ? "" : $"; file system {PlainText.Line(on.Name)}")}.")
            : Warn(
                "no_write_ahead_log",
                $"The SQLite file is in journal mode '{PlainText.Line(mode ?? "?")}', not wal: readers and the writer wait for each other.",
                "Start 'clerksync serve', which switches the mode. If another program switches it back, leave that out of it.");
    }

    private async Task<Finding> LookAtPostgreSqlAsync(DatabaseFacts facts, CancellationToken cancellationToken)
    {
        var settings = await ExaminedDatabase.AskAsync(
            facts.Opened, "SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit')", cancellationToken);
        var detail = $"fsync={settings[0]}, full_page_writes={settings[1]}, synchronous_commit={settings[2]}; ClerkSync sets synchronous_commit=on for each of its transactions.";
        if (settings[0] != "on")
        {
            return Fail(
                "fsync_off", "PostgreSQL runs with fsync=off: after a power cut committed messages are lost, and the whole database can be.",
                "Set fsync = on in postgresql.conf and reload. A 2xx is a promise only then.", detail);
        }

        return settings[1] == "on"
            ? Pass("PostgreSQL syncs each commit to the disk.", detail)
            : Warn(
                "full_page_writes_off", "PostgreSQL runs with full_page_writes=off: a power cut in the middle of a page damages it.",
                "Set full_page_writes = on, unless the file system writes whole pages (ZFS does).", detail);
    }
}
