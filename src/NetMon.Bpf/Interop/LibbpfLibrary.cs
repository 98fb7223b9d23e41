using System.Runtime.InteropServices;

namespace NetMon.Bpf.Interop;

/// <summary>Finds libbpf once, and turns its messages towards <see cref="LibbpfLog"/>.</summary>
internal static class LibbpfLibrary
{
    private static readonly Lock Gate = new();
    private static volatile bool _ready;

    /// <exception cref="BpfException">libbpf is not installed.</exception>
    public static void EnsureLoaded() => EnsureLoaded(Libbpf.Library);

    /// <param name="name">The library's file name: a test asks for one that does not exist.</param>
    /// <exception cref="BpfException">libbpf is not installed.</exception>
    internal static void EnsureLoaded(string name)
    {
        if (_ready && ReferenceEquals(name, Libbpf.Library))
        {
            return;
        }

        lock (Gate)
        {
            if (!NativeLibrary.TryLoad(name, typeof(LibbpfLibrary).Assembly, null, out _))
            {
                throw new BpfException($"find {name}", 0, "install the package libbpf1");
            }

            LibbpfLog.Install();
            _ready = true;
        }
    }
}
