namespace ClerkSync.Benchmarks;

/// <summary>The sample payloads of the repository.</summary>
internal static class Samples
{
    public static byte[] Read(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "tests", "Vectors", "samples", name + ".json");
            if (File.Exists(file))
                return File.ReadAllBytes(file);
        }

        throw new InvalidOperationException("The benchmarks run outside their repository.");
    }
}
