namespace NetMon.Kubernetes.Client;

/// <summary>A token in a file, which kubelet writes anew before it expires: read again each minute, and at once when it was refused.</summary>
internal sealed class TokenFile(string path, TimeProvider time) : IAuthorizationSource
{
    private const long LongestToken = 64 * 1024;

    private static readonly TimeSpan Validity = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private string? _value;
    private long _readAt;

    public ValueTask<string?> AuthorizationAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_value is null || time.GetElapsedTime(_readAt) >= Validity)
            {
                Read();
            }

            return new ValueTask<string?>(_value);
        }
    }

    public void Reject(string? refused)
    {
        lock (_gate)
        {
            if (refused == _value && _value is not null)
            {
                Read();
            }
        }
    }

    // A file that cannot be read, or is empty while it is written, leaves the last token in use.
    private void Read()
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Length > LongestToken)
            {
                throw new IOException($"larger than {LongestToken} bytes");
            }

            var token = File.ReadAllText(path).Trim();
            if (token.Length == 0 || token.AsSpan().ContainsAnyExceptInRange('!', '~'))
            {
                throw new IOException("it holds no token");
            }

            _value = "Bearer " + token;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (_value is null)
            {
                throw new ApiException(ErrorReasons.Credential, $"token {path}: {error.Message}", error);
            }
        }

        _readAt = time.GetTimestamp();
    }
}
