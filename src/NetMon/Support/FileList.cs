using System.Text;

namespace NetMon.Support;

/// <summary>What is in a directory: names, sizes and times, no contents.</summary>
internal static class FileList
{
    private const int MaxEntries = 1000;

    /// <exception cref="IOException">It cannot be read.</exception>
    public static string Describe(string directory)
    {
        if (directory.Length == 0 || !Directory.Exists(directory))
        {
            throw new IOException(directory.Length == 0 ? "switched off" : $"{directory} does not exist");
        }

        var text = new StringBuilder($"{directory}\n");
        var entries = new DirectoryInfo(directory)
            .EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Take(MaxEntries);
        foreach (var entry in entries.OrderBy(one => one.FullName, StringComparer.Ordinal))
        {
            var size = entry is FileInfo file ? $"{file.Length}" : "-";
            text.Append(
                $"{entry.UnixFileMode, -40} {size, 12} {entry.LastWriteTimeUtc:u} {Path.GetRelativePath(directory, entry.FullName)}\n"
            );
        }

        return text.ToString();
    }
}
