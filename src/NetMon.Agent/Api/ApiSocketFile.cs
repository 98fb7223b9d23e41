using System.Net.Sockets;

namespace NetMon.Agent.Api;

/// <summary>The file of the agent's Unix socket: only its owner may use it, and it is never seen half made.</summary>
/// <remarks>
/// <code>
///   1 bind DIRECTORY/netmon.sock.PID     nobody can connect before it listens
///   2 chmod 0600
///   3 listen                             Kestrel
///   4 rename to DIRECTORY/netmon.sock    takes the place of what a killed agent left
/// </code>
/// </remarks>
internal sealed class ApiSocketFile
{
    public const string Name = "netmon.sock";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode DirectoryMode = OwnerOnly | UnixFileMode.UserExecute;

    private readonly string _temporary;

    private ApiSocketFile(string path)
    {
        Path = path;
        _temporary = $"{path}.{Environment.ProcessId}";
        EndPoint = new UnixDomainSocketEndPoint(_temporary);
    }

    /// <summary>Where clients find it.</summary>
    public string Path { get; }

    /// <summary>Where it is bound first.</summary>
    public UnixDomainSocketEndPoint EndPoint { get; }

    /// <summary>Makes the directory where it is missing.</summary>
    /// <param name="directory">Where the socket is to be.</param>
    /// <param name="reason">Why there is none.</param>
    /// <returns>Null if there can be no socket.</returns>
    public static ApiSocketFile? Prepare(string directory, out string reason)
    {
        reason = "";
        var path = System.IO.Path.GetFullPath(System.IO.Path.Combine(directory, Name));
        try
        {
            Directory.CreateDirectory(directory, DirectoryMode);
            if (!IsServed(path))
            {
                return new ApiSocketFile(path);
            }

            reason = $"another agent serves {path}";
        }
        catch (Exception error)
            when (error is IOException or UnauthorizedAccessException or ArgumentException or SocketException)
        {
            reason =
                error is ArgumentOutOfRangeException
                    ? $"{path} is too long for a socket"
                    : $"{path}: {error.Message}";
        }

        return null;
    }

    /// <summary>Steps 1 and 2.</summary>
    public Socket Bind()
    {
        File.Delete(_temporary);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(EndPoint);
            File.SetUnixFileMode(_temporary, OwnerOnly);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Step 4, once it listens.</summary>
    public void Publish() => File.Move(_temporary, Path, overwrite: true);

    /// <summary>Removes the file, unless another agent's socket has taken its place.</summary>
    public void Remove()
    {
        try
        {
            File.Delete(_temporary);
            if (File.Exists(Path) && !IsServed(Path))
            {
                File.Delete(Path);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or SocketException)
        {
            // The next agent replaces it.
        }
    }

    // ECONNREFUSED: nobody has it open. EAGAIN: somebody has, and is busy.
    private static bool IsServed(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
        {
            Blocking = false,
        };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode
                is not (SocketError.ConnectionRefused or SocketError.AddressNotAvailable);
        }
    }
}
