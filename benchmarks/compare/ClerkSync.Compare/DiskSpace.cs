namespace ClerkSync.Compare;

/// <summary>Whether a large database has room where this run keeps its PostgreSQL.</summary>
internal static class DiskSpace
{
    private const long GiB = 1 << 30;

    /// <summary>What a row takes with its indexes, rounded up; a third of the messages have a payload.</summary>
    private const long BytesOfMessage = 1_300;

    private const long BytesOfUser = 4_800;

    /// <summary>Write-ahead log between two checkpoints, and what must stay free on any machine.</summary>
    private const long BytesBeside = 10 * GiB;

    /// <summary>Says on the error output what is missing, if it does not.</summary>
    public static bool Suffices(long messages, long users)
    {
        var folder = Path.GetTempPath();
        var needed = (messages * BytesOfMessage) + (users * BytesOfUser) + BytesBeside;
        var free = new DriveInfo(folder).AvailableFreeSpace;
        if (free >= needed)
            return true;
        Console.Error.WriteLine(
            $"{Report.Number(messages, 0)} messages and {Report.Number(users, 0)} users take up to {Report.Number((needed + GiB - 1) / GiB, 0)} GiB in {folder}, and {Report.Number(free / GiB, 0)} GiB are free there. "
            + "Free some, name another disk in TMPDIR, or ask for less with --messages and --users.");
        return false;
    }
}
