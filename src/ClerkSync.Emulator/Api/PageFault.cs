namespace ClerkSync.Emulator.Api;

/// <summary>What is wrong with a page although it looks well.</summary>
internal readonly record struct PageFault(bool IsEmpty, int? HiddenRow)
{
    public static PageFault Choose(ClerkFaults faults, string path) => new(
        faults.Strikes(ClerkFault.EmptyPage, path),
        faults.Strikes(ClerkFault.HiddenRow, path) ? faults.Choose(ListAnswer.LargestLimit) : null);
}
