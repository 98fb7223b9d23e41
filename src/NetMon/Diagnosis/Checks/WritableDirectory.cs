namespace NetMon.Diagnosis.Checks;

/// <summary>Whether something can be made in a directory, or in the place where it would be.</summary>
internal static class WritableDirectory
{
    /// <returns>Null if it can; nothing is left behind.</returns>
    public static string? Problem(string directory)
    {
        var place = Path.GetFullPath(directory);
        while (!Directory.Exists(place) && Path.GetDirectoryName(place) is { } above)
        {
            place = above;
        }

        // A BPF file system takes directories and pins only; names in it have no dots.
        var probe = Path.Combine(place, $"netmon-check-{Environment.ProcessId}");
        try
        {
            Directory.CreateDirectory(probe);
            Directory.Delete(probe);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error.Message;
        }
    }
}
