using System.Runtime.InteropServices;
using NetMon.Bpf.Interop;

namespace NetMon.Bpf;

/// <summary>The kernel, libbpf or netlink refused an operation.</summary>
/// <remarks>The message holds the operation, the text of errno, what the user can do about it, and the end of libbpf's log.</remarks>
public sealed class BpfException : Exception
{
    public BpfException()
        : this("a BPF operation failed") { }

    public BpfException(string message)
        : base(message) { }

    public BpfException(string message, Exception innerException)
        : base(message, innerException) { }

    /// <param name="operation">What was attempted, as a clause: "load the BPF programs".</param>
    /// <param name="error">errno, positive; 0 where the operation has none.</param>
    /// <param name="detail">What libbpf, the verifier or netlink's extended acknowledgement said; may be empty.</param>
    public BpfException(string operation, int error, string detail)
        : base(Describe(operation, error, detail))
    {
        Operation = operation;
        Error = error;
        Detail = detail;
    }

    public string Operation { get; } = "";

    /// <summary>errno, positive; 0 where there is none.</summary>
    public int Error { get; }

    /// <summary>The interface that was meant does not exist any more.</summary>
    public bool IsGone => Error == Errno.ENODEV;

    /// <summary>libbpf's and the verifier's last lines, or netlink's extended acknowledgement.</summary>
    public string Detail { get; } = "";

    private static string Describe(string operation, int error, string detail)
    {
        var message = $"cannot {operation}";
        if (error != 0)
        {
            message += $": {Marshal.GetPInvokeErrorMessage(error)} (errno {error})";
        }

        if (error == Errno.EPERM)
        {
            message += "; this needs root, or CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN";
        }

        if (detail.Length == 0)
        {
            return message;
        }

        return detail.Contains('\n', StringComparison.Ordinal)
            ? $"{message}\n{detail}"
            : $"{message}: {detail}";
    }
}
