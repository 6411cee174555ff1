using System.Globalization;

namespace ClerkSync.Compare;

/// <summary>What a process has in RAM, in MiB.</summary>
/// <param name="Resident">All of it.</param>
/// <param name="Anonymous">Heap, stacks, and what was written to of mapped files.</param>
/// <param name="Files">Pages of programs and libraries, which the kernel can drop and other processes share.</param>
/// <param name="Shared">Shared memory; .NET keeps compiled code there.</param>
internal sealed record MemoryParts(double Resident, double Anonymous, double Files, double Shared);

/// <summary>What processes have used, as Linux counts it.</summary>
internal static class ProcessUse
{
    /// <summary>The kernel counts CPU time in hundredths of a second.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>CPU seconds of a process and of all below it, those that ended included.</summary>
    public static double CpuSeconds(int id) => Tree(id).Sum(p => Stat(p) is { } fields ? (Number(fields, 11) + Number(fields, 12)) / TicksPerSecond : 0) + Reaped(id);

    /// <summary>Most memory that a process has had in RAM, in MiB.</summary>
    public static double PeakMemory(int id) => Status(id, "VmHWM:");

    /// <summary>What a process has in RAM now.</summary>
    public static MemoryParts Parts(int id) => new(Status(id, "VmRSS:"), Status(id, "RssAnon:"), Status(id, "RssFile:"), Status(id, "RssShmem:"));

    /// <summary>Bytes that a process has handed to the disk.</summary>
    public static long WrittenBytes(int id) =>
        long.Parse(File.ReadLines($"/proc/{id}/io").First(l => l.StartsWith("write_bytes:", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture);

    private static double Status(int id, string name) =>
        double.Parse(File.ReadLines($"/proc/{id}/status").First(l => l.StartsWith(name, StringComparison.Ordinal)).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;

    /// <summary>CPU time of children that ended, which their parent has inherited.</summary>
    private static double Reaped(int id) => Stat(id) is { } fields ? (Number(fields, 13) + Number(fields, 14)) / TicksPerSecond : 0;

    private static IEnumerable<int> Tree(int id)
    {
        var parents = new Dictionary<int, List<int>>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var process) && Stat(process) is { } fields)
                (parents.TryGetValue((int)Number(fields, 1), out var children) ? children : parents[(int)Number(fields, 1)] = []).Add(process);
        }

        var open = new Stack<int>([id]);
        while (open.TryPop(out var next))
        {
            yield return next;
            foreach (var child in parents.GetValueOrDefault(next) ?? [])
                open.Push(child);
        }
    }

    /// <summary>The fields after the name, which may hold spaces; null when the process has ended.</summary>
    private static string[]? Stat(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static double Number(string[] fields, int at) => double.Parse(fields[at], CultureInfo.InvariantCulture);
}
