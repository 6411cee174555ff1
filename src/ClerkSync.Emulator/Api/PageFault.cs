namespace ClerkSync.Emulator.Api;

/// <summary>What is wrong with a page although it looks well.</summary>
internal readonly record struct PageFault(bool IsEmpty, int? HiddenRow)
{
    public static PageFault None => default;
}
