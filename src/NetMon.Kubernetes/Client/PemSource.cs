namespace NetMon.Kubernetes.Client;

/// <summary>PEM text that a configuration holds, or names a file with, which is read each time it is asked for.</summary>
/// <param name="Origin">The file's path, or the place of the text, for messages.</param>
internal sealed record PemSource(string Origin, string? Text)
{
    private const long Longest = 4 * 1024 * 1024;

    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public string Read()
    {
        if (Text is not null)
        {
            return Text;
        }

        return new FileInfo(Origin).Length <= Longest
            ? File.ReadAllText(Origin)
            : throw new IOException($"larger than {Longest} bytes");
    }
}
