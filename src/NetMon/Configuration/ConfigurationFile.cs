using System.Text;

namespace NetMon.Configuration;

/// <summary>The text of a settings file.</summary>
internal static class ConfigurationFile
{
    private const int MaxBytes = 1 << 20;

    private static readonly UTF8Encoding Strict = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    /// <returns>The text, or null after an error that says why there is none.</returns>
    public static string? Read(string path, ICollection<ConfigurationError> errors)
    {
        if (path.Length == 0)
        {
            errors.Add(new ConfigurationError("''", null, "the name of the settings' file is empty"));
            return null;
        }

        if (Directory.Exists(path))
        {
            errors.Add(new ConfigurationError(path, null, "is a directory, not a file"));
            return null;
        }

        try
        {
            // Not File.ReadAllText: the path may be a pipe, or something without end.
            using var file = File.OpenRead(path);
            using var bytes = new MemoryStream();
            var buffer = new byte[4096];
            for (int read; (read = file.Read(buffer)) > 0; )
            {
                bytes.Write(buffer, 0, read);
                if (bytes.Length > MaxBytes)
                {
                    errors.Add(
                        new ConfigurationError(path, null, "larger than 1 MiB; this is no settings file")
                    );
                    return null;
                }
            }

            bytes.Position = 0;
            // What is no text would be read as signs that stand for none, and be a value.
            using var reader = new StreamReader(bytes, Strict);
            return reader.ReadToEnd();
        }
        catch (DecoderFallbackException)
        {
            errors.Add(new ConfigurationError(path, null, "this is no text in UTF-8"));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            errors.Add(new ConfigurationError(path, null, "no such file"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add(new ConfigurationError(path, null, $"cannot be read: {e.Message}"));
        }

        return null;
    }
}
