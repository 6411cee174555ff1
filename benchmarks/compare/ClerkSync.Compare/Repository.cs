namespace ClerkSync.Compare;

/// <summary>Where the checkout is.</summary>
internal static class Repository
{
    public static string Folder
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "ClerkSync.slnx")))
                    return folder.FullName;
            }

            throw new InvalidOperationException("The comparison runs outside its repository.");
        }
    }
}
