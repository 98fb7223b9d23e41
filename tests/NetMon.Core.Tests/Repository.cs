namespace NetMon.Core.Tests;

/// <summary>Files of the repository that tests compare with the code.</summary>
internal static class Repository
{
    public static string Path(string relative) => System.IO.Path.Combine(Root(), relative);

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(folder.FullName, "NetMon.slnx")))
        {
            folder =
                folder.Parent ?? throw new DirectoryNotFoundException("not run from inside the repository");
        }

        return folder.FullName;
    }
}
