using System.Globalization;

namespace NetMon.Agent.Ledger;

/// <summary>The files of a ledger: <c>checkpoint</c>, and the journal that follows it, <c>journal.N</c>.</summary>
internal sealed class LedgerFolder
{
    private const string JournalPrefix = "journal.";

    private readonly string _path;

    /// <param name="path">A directory; made if it is not there, for root alone.</param>
    /// <param name="boot">Tells the machine's start.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    public LedgerFolder(string path, Guid boot)
    {
        _path = path;
        Boot = boot;
        // The directory above it, which may be missing, too, would be made for everybody.
        MakePrivate(Path.GetDirectoryName(Path.GetFullPath(path))!);
        MakePrivate(path);
    }

    public Guid Boot { get; }

    public string CheckpointPath => Path.Combine(_path, "checkpoint");

    private static void MakePrivate(string path) =>
        Directory.CreateDirectory(
            path,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );

    public string JournalPath(ulong number) =>
        Path.Combine(_path, JournalPrefix + number.ToString(CultureInfo.InvariantCulture));

    /// <summary>The path of a journal by the name that a checkpoint gives it; null for a name that none has.</summary>
    public string? JournalPath(string name) =>
        name.StartsWith(JournalPrefix, StringComparison.Ordinal)
        && !name.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? Path.Combine(_path, name)
            : null;

    public void DeleteJournalsBut(string path)
    {
        foreach (var file in Directory.EnumerateFiles(_path, JournalPrefix + "*"))
        {
            if (!string.Equals(file, path, StringComparison.Ordinal))
            {
                File.Delete(file);
            }
        }
    }

    /// <summary>Removes the files; the checkpoint first, without which the others are nothing.</summary>
    public void Delete()
    {
        File.Delete(CheckpointPath);
        DeleteJournalsBut("");
    }

    /// <summary>The kernel's own name of the machine's start; the same in every container.</summary>
    public static Guid ReadBoot() => Guid.Parse(File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim());
}
