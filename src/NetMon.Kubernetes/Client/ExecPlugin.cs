using System.ComponentModel;
using System.Diagnostics;
using System.Net.Security;
using System.Security.Cryptography;

namespace NetMon.Kubernetes.Client;

/// <summary>
/// A program that tells who we are (client.authentication.k8s.io/v1 and v1beta1), asked again when what it told has expired or was
/// refused. Its standard output is an ExecCredential; nobody is there to answer its questions.
/// </summary>
internal sealed class ExecPlugin : IAuthorizationSource, ICertificateSource
{
    private const int LongestOutput = 1024 * 1024;
    private const int LongestComplaint = 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // All watches ask at the same time: one failure answers them all.
    private static readonly TimeSpan FailureHolds = TimeSpan.FromSeconds(2);

    // What expires while a request is on its way is of no use.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private Task<ExecCredential>? _asked;
    private long _failedAt;

    private ExecPlugin(TimeProvider time) => _time = time;

    public required string Command { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Variables { get; init; }

    public required string ApiVersion { get; init; }

    public string? InstallHint { get; init; }

    /// <exception cref="ClusterConfigurationException">It cannot be used.</exception>
    public static ExecPlugin Read(YamlMap exec, YamlMap cluster, ClusterChoice choice)
    {
        var version = exec.Text("apiVersion");
        if (version is not (ExecCredential.V1 or ExecCredential.V1Beta1))
        {
            throw exec.Wrong(
                "apiVersion",
                $"{version ?? "none"} is not supported; {ExecCredential.V1} and {ExecCredential.V1Beta1} are"
            );
        }

        var mode = exec.Text("interactiveMode");
        if (mode is not (null or "Never" or "IfAvailable"))
        {
            throw exec.Wrong("interactiveMode", $"{mode}: nobody is there to answer the plugin");
        }

        var command = exec.Text("command") ?? throw exec.Wrong("command", "there is none");
        var variables = exec.Maps("env")
            .Select(item => new KeyValuePair<string, string>(
                item.Text("name") ?? throw item.Wrong("name", "a variable without a name"),
                item.Text("value") ?? ""
            ))
            .ToList();
        variables.Add(
            new KeyValuePair<string, string>(
                "KUBERNETES_EXEC_INFO",
                ExecCredential.Question(version, exec.Flag("provideClusterInfo") ? cluster : null)
            )
        );
        return new ExecPlugin(choice.Time)
        {
            // With a directory in it, it is relative to the file; else PATH says where it is.
            Command = command.Contains('/', StringComparison.Ordinal) ? exec.FilePath("command")! : command,
            Arguments = exec.Texts("args"),
            Variables = variables,
            ApiVersion = version,
            InstallHint = exec.Text("installHint"),
        };
    }

    public async ValueTask<string?> AuthorizationAsync(CancellationToken cancellation) =>
        (await Credential().WaitAsync(cancellation)).Authorization;

    public async ValueTask<SslStreamCertificateContext?> CertificateAsync(CancellationToken cancellation) =>
        (await Credential().WaitAsync(cancellation)).Certificate;

    public void Reject(string? refused)
    {
        lock (_gate)
        {
            if (_asked is { IsCompletedSuccessfully: true } asked && asked.Result.Authorization == refused)
            {
                _asked = null;
            }
        }
    }

    // One run of the plugin answers all who ask meanwhile, so it ends with none of them.
    private Task<ExecCredential> Credential()
    {
        lock (_gate)
        {
            return _asked is { } asked && IsGood(asked) ? asked : _asked = AskAsync();
        }
    }

    private bool IsGood(Task<ExecCredential> asked)
    {
        if (!asked.IsCompleted)
        {
            return true;
        }

        return asked.IsCompletedSuccessfully
            ? asked.Result.Expires is not { } expires || _time.GetUtcNow() + Margin < expires
            : _time.GetElapsedTime(Volatile.Read(ref _failedAt)) < FailureHolds;
    }

    private async Task<ExecCredential> AskAsync()
    {
        try
        {
            return await TryAskAsync();
        }
        catch (ApiException)
        {
            Volatile.Write(ref _failedAt, _time.GetTimestamp());
            throw;
        }
    }

    private async Task<ExecCredential> TryAskAsync()
    {
        using var timer = new RequestTimer(_time, Patience, CancellationToken.None);
        try
        {
            var (code, output, complaint) = await RunAsync(timer.Token);
            if (code != 0)
            {
                throw new ApiException(
                    ErrorReasons.Credential,
                    $"exec plugin {Command} ended with {code}: {complaint}"
                );
            }

            return ExecCredential.Read(output, ApiVersion);
        }
        catch (Win32Exception error)
        {
            var hint = InstallHint is null ? "" : $" ({InstallHint.ReplaceLineEndings(" ").Trim()})";
            throw new ApiException(
                ErrorReasons.Credential,
                $"exec plugin {Command}: {error.Message}{hint}",
                error
            );
        }
        catch (Exception error)
            when (error is InvalidDataException or CryptographicException or IOException)
        {
            throw new ApiException(
                ErrorReasons.Credential,
                $"exec plugin {Command}: {error.Message}",
                error
            );
        }
        catch (OperationCanceledException error) when (timer.HasRunOut)
        {
            throw new ApiException(
                ErrorReasons.Credential,
                $"exec plugin {Command}: no answer within {Patience.TotalSeconds} s",
                error
            );
        }
    }

    private async Task<(int Code, byte[] Output, string Complaint)> RunAsync(CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Command)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in Arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in Variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        try
        {
            process.StandardInput.Close();
            var complaint = ReadAsync(process.StandardError.BaseStream, LongestComplaint, cancellation);
            var output = await ReadAsync(process.StandardOutput.BaseStream, LongestOutput, cancellation);
            await process.WaitForExitAsync(cancellation);
            var text = System.Text.Encoding.UTF8.GetString(await complaint);
            return (process.ExitCode, output, text.ReplaceLineEndings(" ").Trim());
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    // Reads all, so that the program does not wait for us, and keeps the beginning.
    private static async Task<byte[]> ReadAsync(Stream from, int kept, CancellationToken cancellation)
    {
        using var text = new MemoryStream();
        var buffer = new byte[4096];
        int count;
        while ((count = await from.ReadAsync(buffer, cancellation)) > 0)
        {
            text.Write(buffer, 0, (int)Math.Min(count, kept - text.Length));
        }

        return text.ToArray();
    }
}
